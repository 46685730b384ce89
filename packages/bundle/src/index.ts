export { type BuiltBundle, type BundleOptions, buildBundle } from './build-bundle.ts';

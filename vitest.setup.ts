import * as fc from 'fast-check';

// Reports keep an error's text alone: what a property failed of has to stand in it.
fc.configureGlobal({ includeErrorInReport: true });

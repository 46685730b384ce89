name 'queue'
version '1.0.0'

import { createRequire } from 'node:module';

// Resolved from the API: only it depends on Nest.
const fromApi = createRequire(new URL('../apps/api/package.json', import.meta.url));
for (const name of ['reflect-metadata', '@nestjs/common', '@nestjs/core']) await import(fromApi.resolve(name));

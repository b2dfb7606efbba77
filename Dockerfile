# One image for every node: API, sockets and web app on one port. docs/operations.md says how to run it.

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /parley
ENV CI=true
# Manifests first: the dependencies are installed again only when these change.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY apps/api/package.json apps/api/
COPY apps/web/package.json apps/web/
COPY apps/e2e/package.json apps/e2e/
COPY packages/protocol/package.json packages/protocol/
COPY packages/markdown/package.json packages/markdown/
COPY packages/client/package.json packages/client/
COPY packages/react/package.json packages/react/
COPY packages/testkit/package.json packages/testkit/
# The image brings its own Node, so the pinned one of the development dependencies is not fetched: no scripts.
RUN npx --yes "$(node -p "require('./package.json').packageManager")" install --frozen-lockfile --ignore-scripts
COPY . .
RUN node node_modules/typescript/bin/tsc -b packages/protocol packages/markdown packages/react apps/api \
 && node tools/shapes.mjs && node tools/bundle.mjs \
 && cd apps/web && node node_modules/vite/bin/vite.js build --logLevel warn

# The same tree once more, with nothing but what a node needs at run time.
FROM node:24.21.0-bookworm-slim AS production
WORKDIR /parley
ENV CI=true
COPY --from=build /parley/package.json /parley/pnpm-lock.yaml /parley/pnpm-workspace.yaml ./
COPY --from=build /parley/apps/api/package.json apps/api/
COPY --from=build /parley/apps/web/package.json apps/web/
COPY --from=build /parley/apps/e2e/package.json apps/e2e/
COPY --from=build /parley/packages/protocol/package.json packages/protocol/
COPY --from=build /parley/packages/markdown/package.json packages/markdown/
COPY --from=build /parley/packages/client/package.json packages/client/
COPY --from=build /parley/packages/react/package.json packages/react/
COPY --from=build /parley/packages/testkit/package.json packages/testkit/
RUN npx --yes "$(node -p "require('./package.json').packageManager")" install \
      --frozen-lockfile --ignore-scripts --prod --filter '@parley/api...' \
 && rm -rf apps/web apps/e2e pnpm-lock.yaml pnpm-workspace.yaml
COPY --from=build /parley/packages/protocol/dist packages/protocol/dist
COPY --from=build /parley/packages/markdown/dist packages/markdown/dist
COPY --from=build /parley/apps/api/dist apps/api/dist
COPY --from=build /parley/apps/web/dist apps/web/dist
COPY drizzle drizzle
COPY LICENSE ./

FROM node:24.21.0-bookworm-slim
WORKDIR /parley
ENV NODE_ENV=production PORT=3000 DATA_DIR=/data
RUN mkdir /data && chown node:node /data
COPY --from=production /parley ./
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "const { PORT: port, TLS_CERT: tls } = process.env; require(tls ? 'https' : 'http').get({ host: '127.0.0.1', port, path: '/health/live', rejectUnauthorized: false }, (r) => process.exit(r.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# A node answers what it has accepted and tells its clients before it exits: give it 15 seconds.
STOPSIGNAL SIGTERM
CMD ["node", "apps/api/dist/bundle/main.js"]

# Node 24 runs the TypeScript as it is: there is nothing to build.
FROM node:24.21.0-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without scripts the `node` package brings no second Node: the image has its own.
RUN npm ci --omit=dev --ignore-scripts

FROM node:24.21.0-slim
ENV NODE_ENV=production PORT=8080
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json system.yml ./
COPY bin bin
COPY examples examples
COPY runbooks runbooks
COPY src src
# The ledger, where it is SQLite: keep it on a volume that lasts.
RUN install -d -o node -g node .plimsoll
VOLUME /app/.plimsoll
USER node
EXPOSE 8080
CMD ["node", "bin/plimsoll.mjs", "start"]

# wildstyle in a container, without a GPU. Build it in a clone, and run it with your folder, as yourself, so that it may write there:
#   docker build -t wildstyle .
#   docker run --rm -it --user "$(id -u):$(id -g)" -v "$PWD:/data" wildstyle run job.yaml
# More in docs/getting-started.md.
FROM node:22-bookworm-slim AS build
WORKDIR /wildstyle
COPY . .
RUN npm ci --ignore-scripts --no-audit --no-fund && npm run build && npm prune --omit=dev --ignore-scripts
# Binaries of other systems and source maps are half of the packages.
RUN find node_modules/onnxruntime-node/bin -type d \( -name darwin -o -name win32 \) -prune -exec rm -rf {} + \
  && find node_modules -type f -name '*.map' -delete

FROM node:22-bookworm-slim
# Captions of contact sheets need a font.
RUN apt-get update && apt-get install -y --no-install-recommends fontconfig fonts-dejavu-core && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production XDG_CACHE_HOME=/tmp/cache
COPY --from=build /wildstyle /wildstyle
RUN ln -s /wildstyle/dist/src/cli/main.js /usr/local/bin/wildstyle && chmod +x /wildstyle/dist/src/cli/main.js
USER node
WORKDIR /data
ENTRYPOINT ["wildstyle"]
CMD ["--help"]

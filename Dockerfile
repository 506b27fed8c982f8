FROM eclipse-temurin:21-jdk AS build
WORKDIR /src
COPY mvnw pom.xml ./
COPY .mvn .mvn
COPY src src
RUN ./mvnw -B -ntp -DskipTests -Dspotless.check.skip=true package

FROM eclipse-temurin:21-jre
RUN useradd --uid 10001 --create-home gateway && mkdir -p /app/data /app/lib/ext && chown gateway /app/data /app/lib/ext
WORKDIR /app
COPY --from=build /src/target/comfyui-gateway.jar ./
COPY --from=build /src/target/lib lib
COPY --from=build /src/target/bom.json ./
COPY gateway ./
COPY config config
COPY routes routes
COPY workflows workflows
USER gateway
ENV GATEWAY_HOST=0.0.0.0
# /app/lib/ext: what "add camel-NAME" fetches.
VOLUME ["/app/data", "/app/lib/ext"]
EXPOSE 8080
# Uses only bash, because the image has no HTTP client. With TLS on the port, an accepted connection is enough.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${GATEWAY_PORT:-8080} && { [ -n \"$GATEWAY_TLS_CERT\" ] || { printf 'GET /health/live HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '; }; }"]
# The same start script, with the same JVM options, as from the sources.
ENTRYPOINT ["./gateway"]
CMD ["start"]

FROM eclipse-temurin:21-jdk AS build
WORKDIR /src
COPY mvnw pom.xml ./
COPY .mvn .mvn
COPY src src
RUN ./mvnw -B -ntp -DskipTests -Dspotless.check.skip=true package

FROM eclipse-temurin:21-jre
RUN useradd --uid 10001 --create-home gateway && mkdir -p /app/data && chown gateway /app/data
WORKDIR /app
COPY --from=build /src/target/comfyui-gateway.jar ./
COPY --from=build /src/target/lib lib
COPY config config
COPY routes routes
COPY workflows workflows
USER gateway
ENV GATEWAY_HOST=0.0.0.0
VOLUME /app/data
EXPOSE 8080
HEALTHCHECK --interval=10s --start-period=20s CMD ["curl", "-fsS", "http://127.0.0.1:8080/health/live"]
ENTRYPOINT ["java", "-Xmx384m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-jar", "comfyui-gateway.jar"]
CMD ["start"]

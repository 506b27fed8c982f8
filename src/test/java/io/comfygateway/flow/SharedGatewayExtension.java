package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.simulator.SimulatedVersion;
import io.comfygateway.simulator.SimulatorOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts the gateway of {@link SharedGateway} once, and stops it after the last class. */
final class SharedGatewayExtension implements ParameterResolver, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(SharedGatewayExtension.class);

  /** The gateway, its ComfyUI and its folder. */
  private static final class Shared implements AutoCloseable {
    private final Path data;
    private final Comfy comfy;
    private final TestGateway gateway;

    Shared() {
      try {
        data = Files.createTempDirectory("shared-gateway");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      comfy = Comfy.start(SimulatorOptions.defaults().withVersion(SimulatedVersion.V0_33));
      gateway = TestGateway.start(data, comfy.url(), settings(destinations())).ready();
    }

    /** Folders by the names that {@link SchemaLimits} makes up, and "archive". */
    private Path destinations() {
      StringBuilder file = new StringBuilder("destinations:\n");
      Stream.concat(
              Stream.of("archive"),
              IntStream.rangeClosed('a', 'z')
                  .mapToObj(Character::toString)
                  .flatMap(letter -> Stream.of(letter, letter.repeat(100))))
          .map(
              name ->
                  "  \"%s\": {sink: file, path: \"%s\"}\n".formatted(name, data.resolve("archive")))
          .forEach(file::append);
      try {
        return Files.writeString(data.resolve("destinations.yaml"), file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static Map<String, String> settings(Path destinations) {
      return Map.of(
          "gateway.destinations.file",
          destinations.toString(),
          "gateway.api-keys",
          "alice:%s:run+raw,bob:%s:run+raw,carol:%s,boss:%s:admin"
              .formatted(
                  TestGateway.KEY,
                  TestGateway.OTHER_KEY,
                  TestGateway.RUN_ONLY_KEY,
                  TestGateway.ADMIN_KEY),
          "gateway.auth.failures-per-minute",
          "100000",
          "gateway.doors",
          "comfy-pack,modal,openai,runpod");
    }

    /** The gateway for a caller of a test class. */
    TestGateway of(Class<?> test) {
      TestGateway.Answer created =
          gateway.postWith(
              "/keys",
              TestGateway.ADMIN_KEY,
              "{\"name\":\"%s\",\"scopes\":[\"run\",\"raw\"]}".formatted(test.getSimpleName()));
      assertThat(created.status()).as(created.text()).isEqualTo(201);
      return gateway.as(created.json().path("secret").asText());
    }

    void settle() {
      comfy.heal();
      gateway.ready();
      await("the socket is connected").until(() -> comfy.stats().sockets() == 1);
      for (String status : List.of("queued", "running")) {
        await("the test leaves no job that is " + status).until(() -> jobs(status) == 0);
      }
    }

    // After almost every test all is well at once.
    private static ConditionFactory await(String what) {
      return Awaitility.await(what)
          .atMost(Duration.ofSeconds(30))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(20));
    }

    private int jobs(String status) {
      return gateway
          .getWith("/jobs?limit=1&status=" + status, TestGateway.ADMIN_KEY)
          .json()
          .path("jobs")
          .size();
    }

    @Override
    public void close() throws IOException {
      gateway.close();
      comfy.close();
      try (Stream<Path> files = Files.walk(data)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  // Surefire runs each class of a fork by itself: the root context ends with the class.
  private static Store store(ExtensionContext context) {
    return context.getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE);
  }

  private static Shared shared(ExtensionContext context) {
    return store(context).getOrComputeIfAbsent(Shared.class, type -> new Shared(), Shared.class);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == TestGateway.class || type == Comfy.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Shared shared = shared(context);
    return parameter.getParameter().getType() == Comfy.class
        ? shared.comfy
        : store(context)
            .getOrComputeIfAbsent(context.getRequiredTestClass(), shared::of, TestGateway.class);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    shared(context).settle();
  }
}

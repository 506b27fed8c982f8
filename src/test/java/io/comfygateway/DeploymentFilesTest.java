package io.comfygateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * What {@code docker-compose.yml} and {@code Dockerfile} say, as far as that shows without Docker.
 */
class DeploymentFilesTest {
  private static final Pattern VARIABLE = Pattern.compile("\\{\\{env:([A-Z0-9_]+)");
  private static final Pattern REQUIRED = Pattern.compile("\\$\\{([A-Z0-9_]+):\\?");
  private static final Pattern COPIED = Pattern.compile("(?m)^COPY (?!--from)(.+) \\S+$");

  private static JsonNode compose() throws IOException {
    Object read =
        new Load(LoadSettings.builder().build())
            .loadFromString(Files.readString(Path.of("docker-compose.yml")));
    return new ObjectMapper().valueToTree(read);
  }

  private static Set<String> found(Pattern pattern, String file) throws IOException {
    Matcher matcher = pattern.matcher(Files.readString(Path.of(file)));
    Set<String> names = new TreeSet<>();
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  @Test
  void only_the_gateway_is_published_and_only_to_this_machine() throws IOException {
    compose()
        .path("services")
        .properties()
        .forEach(
            service -> {
              JsonNode ports = service.getValue().path("ports");
              if (service.getKey().equals("gateway")) {
                assertThat(ports).hasSize(1);
                assertThat(ports.path(0).asText()).startsWith("127.0.0.1:");
              } else {
                assertThat(ports).as(service.getKey()).isEmpty();
                assertThat(service.getValue().path("network_mode").asText())
                    .as(service.getKey())
                    .isNotEqualTo("host");
              }
            });
  }

  @Test
  void the_gateway_is_given_settings_that_it_knows() throws IOException {
    JsonNode environment = compose().path("services").path("gateway").path("environment");

    assertThat(environment.properties()).isNotEmpty();
    assertThat(found(VARIABLE, "config/application.properties"))
        .containsAll(environment.properties().stream().map(entry -> entry.getKey()).toList());
  }

  @Test
  void what_compose_asks_for_stands_in_the_example_of_its_environment() throws IOException {
    List<String> lines = Files.readAllLines(Path.of(".env.example"));

    assertThat(found(REQUIRED, "docker-compose.yml"))
        .isNotEmpty()
        .allSatisfy(name -> assertThat(lines).anyMatch(line -> line.startsWith(name + "=")));
  }

  @Test
  void the_image_is_made_of_files_that_are_here_and_runs_as_nobody_in_particular()
      throws IOException {
    List<String> dockerfile = Files.readAllLines(Path.of("Dockerfile"));

    assertThat(found(COPIED, "Dockerfile"))
        .flatMap(sources -> List.of(sources.split(" ")))
        .isNotEmpty()
        .allSatisfy(source -> assertThat(Path.of(source)).exists());
    int user = dockerfile.indexOf("USER gateway");
    assertThat(user).isBetween(0, dockerfile.size() - 1);
    assertThat(dockerfile.subList(user, dockerfile.size()))
        .anyMatch(line -> line.startsWith("ENTRYPOINT"));
  }

  @Test
  void the_health_check_tells_a_server_that_answers_from_one_that_does_not() throws Exception {
    String line =
        Files.readAllLines(Path.of("Dockerfile")).stream()
            .filter(text -> text.startsWith("HEALTHCHECK"))
            .findFirst()
            .orElseThrow();
    JsonNode command = new ObjectMapper().readTree(line.substring(line.indexOf('[')));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    int port = server.getAddress().getPort();
    try {
      server.createContext(
          "/health/live",
          exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
          });
      server.start();
      assertThat(run(command, port)).isZero();
    } finally {
      server.stop(0);
    }
    assertThat(run(command, port)).isNotZero();
  }

  private static int run(JsonNode command, int port) throws IOException, InterruptedException {
    ProcessBuilder check =
        new ProcessBuilder(
            command.path(0).asText(), command.path(1).asText(), command.path(2).asText());
    check.environment().put("GATEWAY_PORT", Integer.toString(port));
    return check.redirectErrorStream(true).start().waitFor();
  }
}

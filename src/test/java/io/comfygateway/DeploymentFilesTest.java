package io.comfygateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
  private static final Set<String> PROXIES = Set.of("nginx", "caddy", "cloudflared");
  // What holds inside the container alone; GATEWAY_PORT in .env is the port that is published.
  private static final Set<String> IN_THE_CONTAINER = Set.of("GATEWAY_HOST", "GATEWAY_PORT");
  private static final Path SETTINGS = Path.of("config/application.properties");
  private static final Pattern VARIABLE = Pattern.compile("\\{\\{env:([A-Z0-9_]+)");
  private static final Pattern REQUIRED = Pattern.compile("\\$\\{([A-Z0-9_]+):\\?");
  private static final Pattern COPIED = Pattern.compile("(?m)^COPY (?!--from)(.+) \\S+$");

  private static JsonNode compose() throws IOException {
    Object read =
        new Load(LoadSettings.builder().build())
            .loadFromString(Files.readString(Path.of("docker-compose.yml")));
    return new ObjectMapper().valueToTree(read);
  }

  private static Map<String, JsonNode> services() throws IOException {
    Map<String, JsonNode> services = new TreeMap<>();
    compose()
        .path("services")
        .properties()
        .forEach(entry -> services.put(entry.getKey(), entry.getValue()));
    return services;
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
  void only_what_people_open_is_published_and_only_to_this_machine() throws IOException {
    services()
        .forEach(
            (name, service) -> {
              JsonNode ports = service.path("ports");
              if (name.equals("gateway") || name.equals("n8n")) {
                assertThat(ports).hasSize(1);
                assertThat(ports.path(0).asText()).startsWith("127.0.0.1:");
              } else if (!PROXIES.contains(name)) {
                assertThat(ports).as(name).isEmpty();
              }
              assertThat(service.path("network_mode").asText()).as(name).isNotEqualTo("host");
            });
  }

  @Test
  void a_stop_has_more_time_than_the_gateway_takes_and_probes_ask_what_there_is()
      throws IOException {
    int limit = number("gateway.stop.limit-seconds=\\{\\{env:[A-Z_]+:(\\d+)", SETTINGS);
    Path systemd = Path.of("config/deployment/gateway.service");
    Path kubernetes = Path.of("config/deployment/kubernetes.yaml");
    int preStop = number("command: \\[sleep, \"(\\d+)\"]", kubernetes);

    assertThat(number("TimeoutStopSec=(\\d+)", systemd)).isGreaterThan(limit + 2);
    assertThat(number("terminationGracePeriodSeconds: (\\d+)", kubernetes))
        .isGreaterThan(preStop + limit + 2);
    JsonNode paths =
        new ObjectMapper().readTree(new File("src/main/resources/openapi.json")).path("paths");
    for (String path : found(Pattern.compile("path: (/[a-z/]+)"), kubernetes.toString())) {
      assertThat(paths.has(path)).as(path).isTrue();
    }
    for (String name : found(Pattern.compile("name: (GATEWAY_[A-Z_]+)"), kubernetes.toString())) {
      assertThat(Files.readString(SETTINGS)).contains("{{env:" + name + ":");
    }
    assertThat(
            new Load(LoadSettings.builder().build())
                .loadAllFromString(Files.readString(kubernetes)))
        .hasSize(4);
  }

  private static int number(String pattern, Path file) throws IOException {
    return Integer.parseInt(found(Pattern.compile(pattern), file.toString()).iterator().next());
  }

  @Test
  void a_proxy_is_started_when_asked_for_and_reaches_nothing_behind_the_gateway()
      throws IOException {
    List<String> trusted =
        List.of(
            defaultOf(gatewayEnvironment().path("GATEWAY_TRUSTED_PROXIES").asText()).split(","));

    for (String name : PROXIES) {
      JsonNode proxy = services().get(name);
      assertThat(proxy.path("profiles").path(0).asText()).isEqualTo(name);
      assertThat(proxy.path("networks")).as(name).hasSize(1);
      assertThat(trusted).contains(proxy.at("/networks/front/ipv4_address").asText());
      for (JsonNode volume : proxy.path("volumes")) {
        String source = volume.asText().split(":")[0];
        if (source.startsWith("./")) {
          assertThat(Path.of(source)).exists();
        }
      }
    }
    assertThat(trusted).hasSameSizeAs(PROXIES);
    services()
        .forEach(
            (name, service) -> {
              boolean front = service.path("networks").toString().contains("front");
              assertThat(front)
                  .as(name)
                  .isEqualTo(PROXIES.contains(name) || name.equals("gateway"));
            });
  }

  @Test
  void the_gateway_has_no_rights_that_it_does_not_need() throws IOException {
    JsonNode gateway = services().get("gateway");

    assertThat(gateway.path("read_only").asBoolean()).isTrue();
    assertThat(gateway.path("tmpfs")).hasSize(1);
    assertThat(gateway.path("cap_drop").path(0).asText()).isEqualTo("ALL");
    assertThat(gateway.path("security_opt").path(0).asText()).isEqualTo("no-new-privileges:true");
    assertThat(gateway.has("privileged")).isFalse();
    assertThat(gateway.has("user")).isFalse();
    services()
        .forEach(
            (name, service) -> {
              String image = service.path("image").asText();
              if (PROXIES.contains(name)) {
                assertThat(image).as(name).matches("[^:]+:[0-9.]+");
                assertThat(service.path("security_opt").path(0).asText())
                    .as(name)
                    .isEqualTo("no-new-privileges:true");
              }
            });
  }

  @Test
  void every_setting_of_the_env_file_reaches_the_gateway() throws IOException {
    JsonNode gateway = services().get("gateway");

    assertThat(gateway.at("/env_file/0/path").asText()).isEqualTo(".env");
    // What stands in "environment" wins over the file, so it must take the file's value first.
    gatewayEnvironment()
        .properties()
        .forEach(
            setting -> {
              if (!IN_THE_CONTAINER.contains(setting.getKey())) {
                assertThat(setting.getValue().asText()).startsWith("${" + setting.getKey() + ":");
              }
            });
    assertThat(gateway.at("/ports/0").asText())
        .isEqualTo("127.0.0.1:${GATEWAY_PORT:-8080}:" + port(gateway));
  }

  private static String port(JsonNode gateway) {
    return gateway.at("/environment/GATEWAY_PORT").asText();
  }

  private static JsonNode gatewayEnvironment() throws IOException {
    return services().get("gateway").path("environment");
  }

  /** What {@code ${NAME:-default}} says where NAME is not set. */
  private static String defaultOf(String value) {
    Matcher matcher = Pattern.compile("\\$\\{[A-Z0-9_]+:-([^$}]*)}").matcher(value);
    assertThat(matcher.matches()).as(value).isTrue();
    return matcher.group(1);
  }

  @Test
  void n8n_is_of_the_version_that_the_templates_are_tested_with_and_reaches_the_gateway_alone()
      throws IOException {
    JsonNode n8n = services().get("n8n");

    assertThat(n8n.path("profiles").path(0).asText()).isEqualTo("n8n");
    String tested =
        new ObjectMapper()
            .readTree(Path.of("src/test/n8n/package.json").toFile())
            .at("/dependencies/n8n")
            .asText();
    assertThat(n8n.path("image").asText()).isEqualTo("n8nio/n8n:" + tested);
    assertThat(n8n.path("networks").properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("n8n");
    assertThat(services().entrySet())
        .filteredOn(service -> service.getValue().path("networks").has("n8n"))
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder("gateway", "n8n");
  }

  @Test
  void gateway_and_n8n_have_one_url_each_that_browsers_and_containers_reach() throws IOException {
    JsonNode gateway = services().get("gateway");
    JsonNode n8n = services().get("n8n");
    URI ofGateway = URI.create(defaultOf(gateway.at("/environment/GATEWAY_PUBLIC_URL").asText()));
    URI ofN8n = URI.create(defaultOf(n8n.at("/environment/WEBHOOK_URL").asText()));

    // Browsers take *.localhost for their own machine, where the port is published.
    assertThat(List.of(ofGateway.getHost(), ofN8n.getHost()))
        .allSatisfy(host -> assertThat(host).endsWith(".localhost"));
    assertThat(gateway.at("/networks/n8n/aliases/0").asText()).isEqualTo(ofGateway.getHost());
    assertThat(n8n.at("/networks/n8n/aliases/0").asText()).isEqualTo(ofN8n.getHost());
    assertThat(port(gateway)).isEqualTo(Integer.toString(ofGateway.getPort()));
    assertThat(n8n.at("/ports/0").asText()).isEqualTo("127.0.0.1:5678:" + ofN8n.getPort());
    assertThat(defaultOf(gateway.at("/environment/GATEWAY_CALLBACK_ALLOW").asText()))
        .isEqualTo(ofN8n.getHost());
  }

  @Test
  void the_gateway_is_given_settings_that_it_knows() throws IOException {
    JsonNode environment = gatewayEnvironment();

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

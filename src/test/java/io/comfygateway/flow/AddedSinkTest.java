package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.comfygateway.extension.FolderRepository;
import jakarta.mail.internet.MimeMessage;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sixth sink as a user adds it: one YAML file and one command, to a gateway in a process of its
 * own that has no such component. It is the recipe examples/routes/mail-on-failure.
 */
@Tag("slow")
class AddedSinkTest {
  private static final Path RECIPE = Path.of("examples/routes/mail-on-failure");
  private static final String MAIL = "org.apache.camel:camel-mail:4.17.0";
  private static final String ANGUS = "org.eclipse.angus:angus-mail:2.0.5";

  private static final String API = "jakarta.mail:jakarta.mail-api:2.1.5";

  @TempDir Path place;

  private FolderRepository repository() throws Exception {
    return new FolderRepository(place.resolve("repository"))
        .withJar(MAIL, ClassPath.jar(MAIL), "org.apache.camel:camel-support:4.17.0", ANGUS)
        .withJar(ANGUS, ClassPath.jar(ANGUS), API)
        .withJar(API, ClassPath.jar(API));
  }

  // What the build writes into the gateway's jar: "add" fetches nothing that is there.
  private Path libraries() throws Exception {
    Path file = place.resolve("build/META-INF/libraries.txt");
    Files.createDirectories(file.getParent());
    Files.writeString(file, ClassPath.libraries());
    return place.resolve("build");
  }

  private String add(GatewayProcess gateway, String library) throws Exception {
    ProcessBuilder command =
        gateway.command("add", "--repository", repository().url().toString(), library);
    List<String> words = command.command();
    int classPath = words.indexOf("-cp") + 1;
    words.set(classPath, libraries() + File.pathSeparator + words.get(classPath));
    Process process = command.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private Path routes() throws Exception {
    Path routes = place.resolve("routes");
    try (Stream<Path> shipped = Files.walk(Path.of("routes"))) {
      for (Path path : shipped.toList()) {
        Files.copy(path, routes.resolve(Path.of("routes").relativize(path).toString()));
      }
    }
    Files.copy(RECIPE.resolve("mail.camel.yaml"), routes.resolve("sinks/mail.camel.yaml"));
    Files.writeString(
        routes.resolve("custom/refuse.camel.yaml"),
        """
        - route:
            id: refuse
            from:
              uri: direct:custom-output
              steps:
                - setBody: {constant: "No cats, please."}
                - setHeader: {name: GatewayProblem, constant: "422"}
        """);
    return routes;
  }

  @Test
  void one_file_and_one_command_make_a_sink() throws Exception {
    Path destinations = place.resolve("destinations.yaml");
    Files.copy(RECIPE.resolve("destinations.yaml"), destinations);
    GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    server.setUser("ops@studio.example", "comfyui", "s3cret");
    server.start();
    try (Comfy comfy = Comfy.start();
        GatewayProcess gateway =
            GatewayProcess.in(
                place.resolve("data"),
                comfy.url(),
                Map.of(
                    "GATEWAY_EXT_DIR", place.resolve("ext").toString(),
                    "GATEWAY_ROUTES_DIR", routes().toString(),
                    "GATEWAY_DESTINATIONS_FILE", destinations.toString(),
                    "SMTP_HOST", "127.0.0.1",
                    "SMTP_PORT", String.valueOf(server.getSmtp().getPort()),
                    "SMTP_USER", "comfyui",
                    "SMTP_PASSWORD", "s3cret"))) {
      assertThat(add(gateway, "camel-mail"))
          .contains("Added camel-mail 4.17.0.", "camel-mail-4.17.0.jar", "angus-mail-2.0.5.jar");

      gateway.start();
      String id = gateway.post("/webhook/txt2img", "{\"inputs\": {\"prompt\": \"a cat\"}}").id();

      await().atMost(Duration.ofSeconds(60)).until(() -> server.getReceivedMessages().length > 0);
      MimeMessage mail = server.getReceivedMessages()[0];
      assertThat(mail.getSubject()).isEqualTo("Job " + id + " failed");
      assertThat(mail.getFrom())
          .extracting(Object::toString)
          .containsExactly("comfyui@studio.example");
      assertThat(mail.getContent().toString().replace("\r\n", "\n").strip())
          .isEqualTo(
              "Job %s of the workflow txt2img@1 failed.\nReason: No cats, please.".formatted(id));
      assertThat(mail.getHeader("GatewayKey")).isNull();
      assertThat(gateway.log()).doesNotContain("s3cret");
    } finally {
      server.stop();
    }
  }
}

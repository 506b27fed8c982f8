package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that openapi-generator makes of what a running gateway serves: of the workflow of
 * docs/workflows.md, with its two programs, and of the whole contract.
 */
@SharedGateway
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GeneratedClientsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path PICTURE = Path.of("src/test/resources/images/rgb-37x23.png");
  private static final String WORKFLOW = "/workflows/portrait";
  private static final String PYTHON = "python";
  private static final String TYPESCRIPT = "typescript-fetch";

  private Path folder;
  private Path programs;
  private TestGateway gateway;

  @BeforeAll
  void generate(TestGateway shared, @TempDir Path temporary)
      throws IOException, InterruptedException {
    programs = Installed.packages("openapi");
    folder = temporary;
    gateway = shared;
    ObjectNode upload = JSON.createObjectNode().put("sidecar", documented("yaml"));
    upload.set("graph", JSON.readTree(Path.of("workflows/img2img.json").toFile()));
    Answer uploaded =
        gateway.send(
            gateway
                .request(WORKFLOW, TestGateway.ADMIN_KEY)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(upload.toString())));
    assertThat(uploaded.status()).as(uploaded.text()).isEqualTo(201);
    Files.write(document("portrait"), gateway.get(WORKFLOW + "/openapi.json").bytes());
    Files.write(document("gateway"), gateway.get("/openapi.json").bytes());
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-jar"));
    command.add(programs.resolve("openapi-generator-cli.jar").toString());
    command.addAll(List.of("batch", "--fail-fast"));
    for (String document : List.of("portrait", "gateway")) {
      command.add(configuration(PYTHON, document));
      command.add(configuration(TYPESCRIPT, document));
    }
    run(folder, command);
    Files.writeString(folder.resolve("package.json"), "{\"type\": \"module\"}");
  }

  @AfterAll
  void remove() {
    if (gateway != null) {
      gateway.as(TestGateway.ADMIN_KEY).delete(WORKFLOW);
    }
  }

  private Path document(String name) {
    return folder.resolve(name + ".json");
  }

  private String configuration(String generator, String document) throws IOException {
    Path file = folder.resolve(generator + "-" + document + ".yaml");
    String text =
        """
        generatorName: %s
        inputSpec: %s
        outputDir: %s
        additionalProperties: {packageName: %s, importFileExtension: .js}
        globalProperties:
          {apiTests: false, modelTests: false, apiDocs: false, modelDocs: false, skipFormModel: "false"}
        """;
    Path output = folder.resolve(generator).resolve(document);
    Files.writeString(file, text.formatted(generator, document(document), output, document));
    return file.toString();
  }

  @Test
  void a_client_in_Python_runs_a_job_and_reads_the_output_by_its_name() throws Exception {
    Path client = folder.resolve(PYTHON).resolve("portrait");
    Files.copy(PICTURE, client.resolve("photo.png"));

    python(client, "-c", documented("python"));

    isTheOutput(client.resolve("picture.png"));
  }

  @Test
  void a_client_in_TypeScript_runs_a_job_and_reads_the_output_by_its_name() throws Exception {
    Path client = folder.resolve(TYPESCRIPT);
    Files.copy(PICTURE, client.resolve("photo.png"));
    Files.writeString(client.resolve("program.ts"), documented("ts"));

    compile(client, "program.ts");
    run(client, List.of(programs.resolve("node").toString(), "program.js"));

    isTheOutput(client.resolve("picture.png"));
  }

  @Test
  void a_fault_of_an_input_is_a_type_of_the_client() throws Exception {
    String program =
        """
        import os

        from portrait import ApiClient, Configuration, PortraitRequest, SubmitApi
        from portrait.exceptions import UnprocessableEntityException

        with ApiClient(Configuration(api_key={"apiKey": os.environ["KEY"]})) as gateway:
            try:
                SubmitApi(gateway).portrait(PortraitRequest(prompt="a cat", image="no file"))
            except UnprocessableEntityException as refused:
                print(refused.data.errors[0].pointer)
        """;

    assertThat(python(folder.resolve(PYTHON).resolve("portrait"), "-c", program))
        .isEqualTo("/inputs/image");
  }

  @Test
  void clients_of_the_whole_contract_compile() throws Exception {
    String loaded = "import gateway; print(gateway.SubmitApi.submit_workflow.__name__)";

    assertThat(python(folder.resolve(PYTHON).resolve("gateway"), "-c", loaded))
        .isEqualTo("submit_workflow");
    compile(folder.resolve(TYPESCRIPT), "gateway/index.ts");
  }

  private void isTheOutput(Path file) throws IOException {
    JsonNode job = gateway.get("/jobs?workflow=portrait&limit=1").json().path("jobs").path(0);

    assertThat(job.path("seeds")).hasToString("{\"3.seed\":42}");
    assertThat(job.at("/outputs/0/name").asText()).isEqualTo("picture");
    assertThat(Files.readAllBytes(file))
        .isEqualTo(gateway.get(job.at("/outputs/0/url").asText()).bytes());
  }

  private String python(Path client, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(programs.resolve("python3").toString()));
    command.addAll(List.of(arguments));
    return run(client, command);
  }

  private void compile(Path client, String file) throws Exception {
    List<String> command = new ArrayList<>(List.of(programs.resolve("node").toString()));
    command.add(programs.resolve("node_modules/typescript/bin/tsc").toString());
    command.addAll(List.of("--strict", "--target", "es2022", "--module", "nodenext"));
    command.addAll(List.of("--types", "node", "--skipLibCheck", "--typeRoots"));
    command.add(programs.resolve("node_modules/@types").toString());
    command.add(file);
    run(client, command);
  }

  /** What a program prints that ends well. */
  private String run(Path where, List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true);
    builder.environment().put("KEY", gateway.key());
    builder.environment().put("PYTHONPATH", programs.resolve("python").toString());
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out.strip();
  }

  /** The block of a language in the section of docs/workflows.md about clients. */
  private static String documented(String language) throws IOException {
    String page = Files.readString(Path.of("docs/workflows.md"));
    String section = page.substring(page.indexOf("## OpenAPI of a workflow"));
    Matcher block =
        Pattern.compile("^```" + language + "\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(section);
    assertThat(block.find()).isTrue();
    return block.group(1);
  }
}

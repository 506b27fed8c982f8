package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkflowDocumentTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String GRAPH =
      """
      {"1": {"class_type": "Picture", "inputs":
              {"text": "a cat", "size": 512, "mode": "soft", "seed": 1, "file": "a.png"}},
       "2": {"class_type": "SaveImage", "inputs":
              {"images": ["1", 0], "more": {"$ref": "x", "a": [1]}}}}""";
  private static final String SIDECAR =
      """
      title: Pictures
      description: Draws one.
      inputs:
        text: {sets: ["1.text"], type: string, required: true, max_length: 90, examples: [a dog, a fox]}
        size: {sets: ["1.size"], type: integer, min: 64, max: 2048, step: 8}
        mode: {sets: ["1.mode"], type: choice, choices: [soft, hard]}
        seed: {sets: ["1.seed"], type: seed}
        file: {sets: ["1.file"], type: image}
      outputs: {picture: "2"}
      example: {text: a lighthouse}
      """;

  @TempDir private Path folder;
  private WorkflowDocument documents;

  @BeforeEach
  void read() throws IOException {
    try (InputStream in = WorkflowDocumentTest.class.getResourceAsStream("/openapi.json")) {
      documents = new WorkflowDocument(JSON.readValue(in, ObjectNode.class));
    }
  }

  private JsonNode document(String name, String sidecar, String ref) throws IOException {
    Path graph = folder.resolve(name + ".json");
    Files.createDirectories(graph.getParent());
    Files.writeString(graph, GRAPH);
    if (!sidecar.isEmpty()) {
      Files.writeString(folder.resolve(name + ".yaml"), sidecar, StandardCharsets.UTF_8);
    }
    return document(new WorkflowLibrary(folder).require(ref, any -> true), ref);
  }

  private JsonNode document(Workflow workflow, String ref) {
    return documents.of(
        workflow,
        ref,
        workflow.inputSchema(Optional.empty()),
        List.of(),
        "https://gateway.example");
  }

  @Test
  void a_workflow_that_cannot_run_says_so_first() {
    Workflow workflow = new WorkflowLibrary(Path.of("workflows")).require("smoke", any -> true);

    JsonNode document =
        documents.of(
            workflow,
            "smoke",
            workflow.inputSchema(Optional.empty()),
            List.of("no server has the node class FaceSwap", "the file a.safetensors is missing"),
            "https://gateway.example");

    assertThat(document.at("/info/description").asText())
        .startsWith(
            "**It cannot run at present:**\n\n- no server has the node class FaceSwap\n- the file a.safetensors is missing");
    assertThat(document(workflow, "smoke").at("/info/description").asText())
        .isEqualTo(workflow.description());
  }

  @Test
  void the_document_of_each_shipped_workflow_is_valid_and_stands_alone() {
    List<Workflow> shipped = new WorkflowLibrary(Path.of("workflows")).all();

    assertThat(shipped).isNotEmpty();
    for (Workflow workflow : shipped) {
      isValid(document(workflow, workflow.name()));
    }
  }

  @Test
  void the_inputs_are_a_type_with_what_is_known_of_them() throws IOException {
    JsonNode document = document("pictures", SIDECAR, "pictures");

    isValid(document);
    JsonNode operation = document.at("/paths/~1webhook~1pictures/post");
    assertThat(operation.path("operationId").asText()).isEqualTo("pictures");
    JsonNode body = operation.at("/requestBody/content/application~1json");
    assertThat(body.at("/schema/$ref").asText()).isEqualTo("#/components/schemas/PicturesRequest");
    assertThat(body.path("example")).hasToString("{\"text\":\"a lighthouse\"}");
    JsonNode request = document.at("/components/schemas/PicturesRequest");
    assertThat(names(request.path("properties")))
        .startsWith("text", "size", "mode", "file")
        .contains("seed", "priority", "callback_url", "metadata")
        .doesNotContain("inputs");
    assertThat(request.path("required")).hasToString("[\"text\"]");
    assertThat(request.path("additionalProperties").asBoolean(true)).isFalse();
    assertThat(request.at("/properties/text"))
        .hasToString("{\"type\":\"string\",\"maxLength\":90,\"example\":\"a dog\"}");
    assertThat(request.at("/properties/size"))
        .hasToString(
            "{\"type\":\"integer\",\"minimum\":64,\"maximum\":2048,\"multipleOf\":8,\"default\":512}");
    assertThat(request.at("/properties/mode"))
        .hasToString("{\"enum\":[\"soft\",\"hard\"],\"default\":\"soft\",\"type\":\"string\"}");
    assertThat(request.at("/properties/seed/format").asText()).isEqualTo("int64");
    assertThat(request.at("/properties/seed/type").asText()).isEqualTo("integer");
    assertThat(request.at("/properties/file/description").asText()).contains("POST /uploads");
  }

  @Test
  void an_input_that_is_called_like_a_field_of_every_request_stays_in_inputs() throws IOException {
    String sidecar =
        """
        inputs:
          timeout: {sets: ["1.text"], type: string, required: true}
          inputs: {sets: ["1.file"], type: string}
          seed: {sets: ["1.seed"], type: seed}
          more_seed: {sets: ["1.size"], type: seed}
          prompt: {sets: ["1.mode"], type: string, required: true}
        example: {timeout: long, prompt: a cat}
        """;
    JsonNode document = document("odd", sidecar, "odd");

    isValid(document);
    JsonNode request = document.at("/components/schemas/OddRequest");
    JsonNode inputs = document.at("/components/schemas/OddInputs");
    assertThat(names(inputs.path("properties"))).containsExactly("timeout", "inputs", "seed");
    assertThat(inputs.path("required")).hasToString("[\"timeout\"]");
    assertThat(request.path("required")).hasToString("[\"prompt\",\"inputs\"]");
    assertThat(names(request.path("properties"))).startsWith("more_seed", "prompt", "inputs");
    assertThat(request.path("example"))
        .hasToString("{\"inputs\":{\"timeout\":\"long\"},\"prompt\":\"a cat\"}");
    assertThat(request.at("/properties/timeout/description").asText()).contains("interrupted");
  }

  @ParameterizedTest
  @CsvSource({"0.1, ''", "0.25, 0.25", "2, 2"})
  void a_step_that_is_not_exact_in_binary_is_no_multiple(String step, String multiple)
      throws IOException {
    String sidecar =
        "inputs: {some: {sets: [1.size], type: number, min: 0, max: 600, default: 512, step: %s}}"
            .formatted(step);

    JsonNode some = document("step", sidecar, "step").at("/components/schemas/StepRequest");

    assertThat(some.at("/properties/some/multipleOf").asText()).isEqualTo(multiple);
  }

  @Test
  void a_workflow_that_takes_no_file_has_no_operation_for_uploads() throws IOException {
    String sidecar = "inputs: {text: {sets: [1.text], type: string}}";
    JsonNode document = document("text", sidecar, "text");

    isValid(document);
    assertThat(names(document.path("paths"))).doesNotContain("/uploads").hasSize(4);
    assertThat(document.path("tags").findValuesAsText("name")).containsExactly("Submit", "Jobs");
  }

  @Test
  void the_job_is_the_only_answer_and_its_outputs_are_named() throws IOException {
    JsonNode document = document("pictures", SIDECAR, "pictures");

    JsonNode operation = document.at("/paths/~1webhook~1pictures/post");
    for (String status : List.of("200", "202")) {
      JsonNode content = operation.path("responses").path(status).path("content");
      assertThat(names(content)).containsExactly("application/json");
      assertThat(content.at("/application~1json/schema/$ref").asText())
          .isEqualTo("#/components/schemas/Job");
    }
    assertThat(operation.path("description").asText()).contains("`picture` (node 2)");
    assertThat(document.at("/components/schemas/Output/properties/name/description").asText())
        .contains("`picture` (node 2)");
    assertThat(document.at("/servers/0/url").asText()).isEqualTo("https://gateway.example");
    assertThat(names(document.path("paths")))
        .containsExactly(
            "/webhook/pictures",
            "/jobs/{id}",
            "/jobs/{id}/outputs/{index}",
            "/jobs/{id}/outputs.zip",
            "/uploads");
    assertThat(names(document.at("/paths/~1uploads"))).containsExactly("post");
    assertThat(names(document.at("/paths/~1uploads/post/requestBody/content")))
        .containsExactly("multipart/form-data");
  }

  @Test
  void a_workflow_without_a_sidecar_has_its_derived_inputs() throws IOException {
    JsonNode document = document("plain", "", "plain@1");

    JsonNode request = document.at("/components/schemas/PlainRequest");
    assertThat(document.at("/paths/~1webhook~1plain@1/post/operationId").asText())
        .isEqualTo("plain");
    assertThat(request.at("/properties/SaveImage.more/default/$ref").asText()).isEqualTo("x");
    assertThat(request.at("/properties/Picture.text/type").asText()).isEqualTo("string");
    assertThat(request.has("additionalProperties")).isFalse();
    assertThat(request.has("required")).isFalse();
  }

  @Test
  void a_derived_input_has_its_address_where_a_client_could_not_tell_its_name_from_another()
      throws IOException {
    String graph =
        """
        {"1": {"class_type": "A", "inputs": {"text": "a"}, "_meta": {"title": "正面"}},
         "2": {"class_type": "A", "inputs": {"text": "b"}, "_meta": {"title": "负面"}},
         "3": {"class_type": "K-S", "inputs": {"scale": 1}},
         "4": {"class_type": "KS", "inputs": {"scale": 2, "call": 3}},
         "5": {"class_type": "callback", "inputs": {"url": "x"}}}""";
    Files.writeString(folder.resolve("plain.json"), graph);
    Workflow workflow = new WorkflowLibrary(folder).require("plain", any -> true);

    JsonNode document = document(workflow, "plain");

    isValid(document);
    assertThat(names(document.at("/components/schemas/PlainRequest/properties")))
        .startsWith("1.text", "2.text", "K-S.scale", "4.scale", "KS.call", "5.url", "callback_url");
    assertThat(document.at("/components/schemas/PlainRequest/properties/1.text/title").asText())
        .contains("正面");
  }

  @ParameterizedTest
  @CsvSource({
    "txt2img, txt2img",
    "sdxl-refiner, sdxl_refiner",
    "shop/portrait, shop_portrait",
    "3d, workflow_3d",
    "getJob, getJob_cd92f1c0",
    "createUpload, createUpload_ebafb9d8",
    "文生图, workflow_34485225",
    "bild-größe, bild_gr_e_b7e8c916"
  })
  void an_operation_id_follows_from_the_name(String name, String id) {
    assertThat(WorkflowDocument.operationId(name)).isEqualTo(id);
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static void isValid(JsonNode document) {
    ParseOptions options = new ParseOptions();
    options.setResolve(true);
    options.setResolveFully(true);
    SwaggerParseResult result =
        new OpenAPIV3Parser().readContents(document.toString(), null, options);

    assertThat(result.getMessages()).isNullOrEmpty();
    assertThat(document.findValuesAsText("$ref"))
        .isNotEmpty()
        .allSatisfy(at -> assertThat(document.at(at.substring(1)).isMissingNode()).isFalse());
  }
}

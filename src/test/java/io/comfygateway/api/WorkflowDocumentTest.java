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
        workflow, ref, workflow.inputSchema(Optional.empty()), "https://gateway.example");
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
    assertThat(body.path("example")).hasToString("{\"inputs\":{\"text\":\"a lighthouse\"}}");
    JsonNode request = document.at("/components/schemas/PicturesRequest");
    assertThat(request.path("required")).hasToString("[\"inputs\"]");
    assertThat(names(request.path("properties")))
        .contains("inputs", "seed", "priority", "callback_url", "metadata");
    JsonNode inputs = document.at("/components/schemas/PicturesInputs");
    assertThat(names(inputs.path("properties")))
        .containsExactly("text", "size", "mode", "seed", "file");
    assertThat(inputs.path("required")).hasToString("[\"text\"]");
    assertThat(inputs.path("additionalProperties").asBoolean(true)).isFalse();
    assertThat(inputs.at("/properties/text"))
        .hasToString("{\"type\":\"string\",\"maxLength\":90,\"example\":\"a dog\"}");
    assertThat(inputs.at("/properties/size"))
        .hasToString(
            "{\"type\":\"integer\",\"minimum\":64,\"maximum\":2048,\"multipleOf\":8,\"default\":512}");
    assertThat(inputs.at("/properties/mode"))
        .hasToString("{\"enum\":[\"soft\",\"hard\"],\"default\":\"soft\",\"type\":\"string\"}");
    assertThat(inputs.at("/properties/seed/format").asText()).isEqualTo("int64");
    assertThat(inputs.at("/properties/file/description").asText()).contains("upload");
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
            "/jobs/{id}/outputs.zip");
  }

  @Test
  void a_workflow_without_a_sidecar_has_its_derived_inputs() throws IOException {
    JsonNode document = document("plain", "", "plain@1");

    JsonNode inputs = document.at("/components/schemas/PlainInputs");
    assertThat(document.at("/paths/~1webhook~1plain@1/post/operationId").asText())
        .isEqualTo("plain");
    assertThat(inputs.at("/properties/SaveImage.more/default/$ref").asText()).isEqualTo("x");
    assertThat(inputs.has("additionalProperties")).isFalse();
    assertThat(document.at("/components/schemas/PlainRequest").has("required")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "txt2img, txt2img",
    "sdxl-refiner, sdxl_refiner",
    "shop/portrait, shop_portrait",
    "3d, workflow_3d",
    "getJob, getJob_cd92f1c0",
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

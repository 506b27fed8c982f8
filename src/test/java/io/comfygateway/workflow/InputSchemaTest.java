package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class InputSchemaTest {
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
  private static final JsonSchema OF_SCHEMAS =
      SCHEMAS.getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));

  private final WorkflowLibrary library = new WorkflowLibrary(Path.of("workflows"));

  @TestFactory
  Stream<DynamicTest> the_schema_of_each_workflow_is_one_and_takes_its_example() {
    return library.all().stream()
        .flatMap(it -> Stream.of(it, plain(it.graph())))
        .map(
            workflow ->
                DynamicTest.dynamicTest(
                    workflow.ref() + (workflow.namesInputs() ? "" : " without its sidecar"),
                    () -> {
                      JsonNode schema = workflow.inputSchema(Cases.objectInfo());

                      assertThat(faults(OF_SCHEMAS, schema)).isEmpty();
                      assertThat(faults(SCHEMAS.getSchema(schema), workflow.example())).isEmpty();
                    }));
  }

  @Test
  void a_derived_input_has_what_its_class_declares() {
    JsonNode properties = properties();

    assertThat(properties.path("prompt"))
        .hasToString(
            "{'type':'string','title':'Encode: text','x-multiline':true,'description':'What to draw','default':'a cat','x-address':'2.text'}"
                .replace('\'', '"'));
    assertThat(properties.path("seed"))
        .hasToString(
            "{'type':'integer','x-seed':true,'title':'KSampler: seed','minimum':0,'maximum':18446744073709551615,'x-address':'1.seed'}"
                .replace('\'', '"'));
    assertThat(properties.path("sampler_name").path("enum")).hasToString("[\"euler\",\"heun\"]");
    assertThat(properties.path("image"))
        .hasToString(
            "{'type':'string','x-media':'image','title':'LoadImage: image','x-address':'4.image'}"
                .replace('\'', '"'));
    assertThat(properties.at("/KSampler.tiling/x-advanced").asBoolean()).isTrue();
  }

  /** A step of 0.1 has no exact binary value, and 20 is no multiple of 8. */
  @Test
  void a_step_is_a_multiple_only_where_validators_agree_on_it() {
    JsonNode properties = properties();

    assertThat(properties.path("width").path("multipleOf")).hasToString("8");
    assertThat(properties.path("denoise").path("multipleOf")).hasToString("0.25");
    assertThat(properties.path("cfg").has("multipleOf")).isFalse();
    assertThat(properties.path("height").has("multipleOf")).isFalse();
    assertThat(properties.path("steps").has("multipleOf")).isFalse();
  }

  private static JsonNode properties() {
    JsonNode both = Cases.read("derived-schema.json");
    ObjectInfo info = new ObjectInfo((ObjectNode) both.path("object_info"));
    return plain(Cases.graph(both.path("graph"))).inputSchema(Optional.of(info)).path("properties");
  }

  private static List<String> faults(JsonSchema schema, JsonNode value) {
    return schema.validate(value).stream().map(ValidationMessage::toString).toList();
  }

  private static Workflow plain(Graph graph) {
    return new Workflow(
        "p", 1, "P", "", graph, false, List.of(), JsonNodeFactory.instance.objectNode(), Set.of());
  }
}

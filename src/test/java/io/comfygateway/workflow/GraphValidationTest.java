package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.problem.Warning;
import io.comfygateway.workflow.GraphFindings.Finding;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class GraphValidationTest {
  private final ObjectInfo info =
      new ObjectInfo(
          (ObjectNode) Cases.read("validation-info.json"),
          NodeReplacements.read(Cases.read("node-replacements.json")));

  @TestFactory
  Stream<DynamicTest> only_what_every_ComfyUI_refuses_is_certain() {
    return Cases.each(
        "validation.json",
        c -> {
          GraphFindings found =
              GraphValidation.best(
                  Cases.graph(c.get("prompt")),
                  List.of(info),
                  Set.copyOf(Cases.texts(c.path("later"))));

          assertThat(summary(found.certain()))
              .containsExactlyElementsOf(Cases.texts(c.path("certain")));
          assertThat(summary(found.doubtful()))
              .containsExactlyInAnyOrderElementsOf(Cases.texts(c.path("doubtful")));
          assertThat(all(found)).contains(c.path("says").asText(""));
        });
  }

  private static List<String> summary(List<Finding> findings) {
    return findings.stream()
        .map(
            finding ->
                finding.code()
                    + " "
                    + finding.node().map(GraphNode::id).orElse("")
                    + finding.input().map(name -> "." + name).orElse(""))
        .toList();
  }

  private static String all(GraphFindings found) {
    return Stream.concat(found.certain().stream(), found.doubtful().stream())
        .map(Finding::detail)
        .collect(Collectors.joining("\n"));
  }

  private static Graph graph(String name) {
    return Cases.graph(Cases.read("validation.json").get(name).get("prompt"));
  }

  private GraphFindings found(String name) {
    return GraphValidation.best(graph(name), List.of(info), Set.of());
  }

  @Test
  void the_server_that_suits_a_graph_best_counts() {
    ObjectNode older = info.json().deepCopy();
    ((ObjectNode) older.at("/SaveImage/input/required")).remove("images");
    Graph graph = graph("a required input without a default");

    for (List<ObjectInfo> servers :
        List.of(List.of(info, new ObjectInfo(older)), List.of(new ObjectInfo(older), info))) {
      assertThat(GraphValidation.best(graph, servers, Set.of())).isEqualTo(GraphFindings.NONE);
    }
    assertThat(GraphValidation.best(graph, List.of(), Set.of())).isEqualTo(GraphFindings.NONE);
  }

  @Test
  void what_is_certain_is_refused_in_each_mode_with_its_place_and_in_ComfyUIs_shape() {
    GraphFindings found = found("a required input without a default");

    for (ValidationMode mode : ValidationMode.values()) {
      Problem problem = catchThrowableOfType(Problem.class, () -> found.require(mode, "/prompt"));
      assertThat(problem.type()).isEqualTo(ProblemType.INVALID_WORKFLOW);
      assertThat(problem)
          .hasMessage(
              "Input images of node 2 (SaveImage) is missing, and its class declares no default; set or link it.");
      assertThat(problem.faults())
          .containsExactly(new Fault("/prompt/2/inputs/images", problem.getMessage()));
      JsonNode error = problem.nodeErrors().orElseThrow().at("/2/errors/0");
      assertThat(error.path("type").asText()).isEqualTo("required_input_missing");
      assertThat(error.at("/extra_info/input_name").asText()).isEqualTo("images");
    }
  }

  @Test
  void nothing_is_certain_while_a_server_has_not_told_what_it_has() {
    GraphFindings found = found("a cycle").asDoubtful();

    assertThatCode(() -> found.require(ValidationMode.WARN, "")).doesNotThrowAnyException();
    assertThat(found.warnings()).extracting(Warning::code).containsExactly("dependency_cycle");
  }

  @Test
  void what_is_doubtful_is_refused_only_where_the_operator_wants_it() {
    GraphFindings found = found("ranges, choices and types are never certain");

    assertThatCode(() -> found.require(ValidationMode.OFF, "")).doesNotThrowAnyException();
    assertThatCode(() -> found.require(ValidationMode.WARN, "")).doesNotThrowAnyException();
    Problem problem =
        catchThrowableOfType(Problem.class, () -> found.require(ValidationMode.REFUSE, ""));
    assertThat(problem.faults()).as("the request has no fault").isEmpty();
    assertThat(problem.nodeErrors().orElseThrow()).isNotEmpty();
    assertThat(
            catchThrowableOfType(
                    Problem.class, () -> found.require(ValidationMode.REFUSE, "/prompt"))
                .faults())
        .hasSize(8);
  }

  @Test
  void a_warning_has_its_kind_and_its_node() {
    assertThat(found("ranges, choices and types are never certain").warnings())
        .contains(
            Warning.ofNode(
                "value_smaller_than_min",
                "1",
                "Input width of node 1 (EmptyImage) is 0; the least that its class declares is 1."),
            Warning.ofNode(
                "return_type_mismatch",
                "6",
                "Input images of node 6 (SaveImage) takes IMAGE and is linked to STRING of node 4 (Words)."));
  }

  @Test
  void a_class_that_no_server_has_is_named_with_what_may_be_meant() {
    GraphFindings found =
        GraphFindings.unknownClasses(
            Cases.graph(Cases.read("validation.json").at("/a good graph/prompt")),
            Set.of("EmptyImage"),
            Set.of("EmptyImages", "SaveImage"),
            Map.of());

    assertThat(summary(found.certain())).containsExactly("missing_node_type 1");
    assertThat(all(found)).contains("did you mean \"EmptyImages\"?");
  }

  @Test
  void a_class_whose_pack_is_known_is_named_with_it_and_with_no_other_class() {
    GraphFindings found =
        GraphFindings.unknownClasses(
            Cases.graph(Cases.read("validation.json").at("/a good graph/prompt")),
            Set.of("EmptyImage"),
            Set.of("EmptyImages", "SaveImage"),
            Map.of("EmptyImage", "some-pack"));

    assertThat(all(found)).contains(". Install the pack some-pack, or").doesNotContain("did you");
  }

  @Test
  void a_long_chain_and_a_long_cycle_are_followed_without_recursion() {
    for (String end : new String[] {"0", "5000"}) {
      ObjectNode prompt = JsonNodeFactory.instance.objectNode();
      for (int i = 1; i <= 5_000; i++) {
        prompt
            .putObject(String.valueOf(i))
            .put("class_type", "ImageInvert")
            .putObject("inputs")
            .putArray("image")
            .add(i == 1 ? end : String.valueOf(i - 1))
            .add(0);
      }
      prompt
          .putObject("out")
          .put("class_type", "SaveImage")
          .putObject("inputs")
          .putArray("images")
          .add("5000")
          .add(0);

      GraphFindings found =
          GraphValidation.best(
              Graph.parse(prompt, "", new Graph.Limits(10_000, 32, 1_000)),
              List.of(info),
              Set.of());

      assertThat(found.certain())
          .extracting(Finding::code)
          .containsExactly(end.equals("0") ? "dangling_link" : "dependency_cycle");
      assertThat(all(found)).hasSizeLessThan(300);
    }
  }

  @Test
  void a_mode_is_off_warn_or_refuse() {
    assertThat(ValidationMode.parse("warn")).isEqualTo(ValidationMode.WARN);
    assertThat(
            catchThrowableOfType(
                IllegalArgumentException.class, () -> ValidationMode.parse("strict")))
        .hasMessage("\"strict\" is not off, warn or refuse");
  }
}

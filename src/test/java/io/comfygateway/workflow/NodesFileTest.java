package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which node classes graphs may use, and where their nodes may save. */
class NodesFileTest {
  @TempDir Path place;

  private NodesFile file(String yaml) throws IOException {
    return new NodesFile(Files.writeString(place.resolve("nodes.yaml"), yaml));
  }

  private static Graph graph(String classType, String prefix) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putObject("1").put("class_type", "EmptyImage");
    root.putObject("a/b")
        .put("class_type", classType)
        .putObject("inputs")
        .put("filename_prefix", prefix);
    return Graph.parse(root, "/prompt", Graph.Limits.STANDARD);
  }

  @Test
  void the_shipped_file_has_no_fault_and_denies_what_runs_code() {
    NodesFile shipped = new NodesFile(Path.of("config/nodes.yaml"));

    assertThat(shipped.faults()).isEmpty();
    assertThat(shipped.rules().refusal("IDENode"))
        .hasValueSatisfying(why -> assertThat(why).contains("runs Python code"));
    assertThat(shipped.rules().refusal("AnyNodeGemini")).isPresent();
    assertThat(shipped.rules().refusal("KSampler")).isEmpty();
    assertThat(shipped.rules().refusal("LoadImage")).isEmpty();
  }

  @Test
  void a_denied_node_is_named_with_its_place_and_the_reason() throws IOException {
    NodeRules rules = file("deny: {Bad*: it runs code.}").rules();

    Problem problem =
        catchThrowableOfType(Problem.class, () -> rules.require(graph("BadNode", "x"), "/prompt"));

    assertThat(problem.type()).isEqualTo(ProblemType.NODE_NOT_ALLOWED);
    assertThat(problem)
        .hasMessageContaining("a/b is a BadNode")
        .hasMessageContaining("it runs code.");
    assertThat(problem.faults())
        .singleElement()
        .satisfies(fault -> assertThat(fault.pointer()).isEqualTo("/prompt/a~1b/class_type"));
  }

  @Test
  void with_an_allow_list_nothing_else_may_be_used_and_deny_goes_first() throws IOException {
    NodeRules rules = file("allow: [Load*, KSampler]\ndeny: {LoadEvil: it reads files}").rules();

    assertThat(rules.refusal("LoadImage")).isEmpty();
    assertThat(rules.refusal("KSampler")).isEmpty();
    assertThat(rules.refusal("ksampler")).isPresent();
    assertThat(rules.refusal("KSampler\n")).isPresent();
    assertThat(rules.refusal("LoadEvil")).hasValue("it reads files");
  }

  @Test
  void a_change_counts_at_once_and_a_faulty_file_or_none_leaves_the_rules_as_they_are()
      throws IOException {
    NodesFile nodes = file("deny: {One: it is the first}");
    assertThat(nodes.rules().refusal("One")).isPresent();

    file("deny: {Two: it is the second one}");
    assertThat(nodes.rules().refusal("One")).isEmpty();
    assertThat(nodes.rules().refusal("Two")).isPresent();

    file("denied: {Three: it is the third one of them}");
    assertThat(nodes.rules().refusal("Two")).isPresent();
    assertThat(nodes.faults())
        .singleElement()
        .satisfies(fault -> assertThat(fault.toString()).contains("nodes.yaml:1: denied"));

    Files.delete(place.resolve("nodes.yaml"));
    assertThat(nodes.rules().refusal("Two")).isPresent();
    assertThat(nodes.faults())
        .singleElement()
        .satisfies(fault -> assertThat(fault.detail()).isEqualTo("There is no such file"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"deny: {One: }", "deny: [One]", "allow: One", "allow: [1]", "- One", "a: ["})
  void a_file_that_cannot_be_meant_so_has_a_fault(String yaml) throws IOException {
    assertThat(file(yaml).faults()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "allow:\ndeny:\n", "{}"})
  void an_empty_file_allows_everything(String yaml) throws IOException {
    NodesFile nodes = file(yaml);

    assertThat(nodes.faults()).isEmpty();
    assertThat(nodes.rules().refusal("IDENode")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/etc/cron.d/x, absolute",
    "\\\\host\\share, absolute",
    "~/x, absolute",
    "C:\\x, drive",
    "c:x, drive",
    "../x, leaves",
    "a/../../x, leaves",
    "a\\..\\x, leaves",
    "a/.., leaves",
    "'a/.. /x', leaves",
    "'a\u0000b', control",
    "'a\nb', control"
  })
  void a_prefix_that_leaves_the_output_folder_is_refused_at_its_place(String prefix, String why) {
    Problem problem =
        catchThrowableOfType(
            Problem.class, () -> SavePrefix.require(graph("SaveImage", prefix), "/prompt"));

    assertThat(problem.type()).isEqualTo(ProblemType.INVALID_WORKFLOW);
    assertThat(problem).hasMessageContaining(why);
    assertThat(problem.faults())
        .singleElement()
        .satisfies(
            fault -> assertThat(fault.pointer()).isEqualTo("/prompt/a~1b/inputs/filename_prefix"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ComfyUI", "shop/ComfyUI", "a..b/c", "x_%width%x%height%", "", "v1.2/ü"})
  void a_prefix_that_stays_there_is_taken(String prefix) {
    assertThatCode(() -> SavePrefix.require(graph("SaveImage", prefix), "/prompt"))
        .doesNotThrowAnyException();
  }
}

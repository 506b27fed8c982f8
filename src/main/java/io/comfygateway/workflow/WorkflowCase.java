package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import io.comfygateway.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One case of a workflow's tests: inputs, and the expected result. */
final class WorkflowCase {
  private static final List<String> KNOWN = List.of("name", "inputs", "expect", "refused");

  private final Workflow workflow;
  private final Inputs inputs;
  private final YamlFields fields;
  private String title = "";

  WorkflowCase(Workflow workflow, Inputs inputs, YamlFields fields) {
    this.workflow = workflow;
    this.inputs = inputs;
    this.fields = fields;
  }

  void run(Yaml yaml) {
    if (!fields.mapping(yaml, KNOWN)) {
      return;
    }
    title = fields.text(yaml, "name").map(name -> name + ": ").orElse("");
    Optional<Yaml> expected = yaml.child("expect");
    Optional<Yaml> refused = yaml.child("refused");
    if (expected.isPresent() == refused.isPresent()) {
      fields.fault(yaml, "A case needs either expect or refused", "say what becomes of the inputs");
      return;
    }
    Yaml part = expected.or(() -> refused).orElseThrow();
    if (!fields.mapping(part, part.children().keySet()) || part.children().isEmpty()) {
      fields.fault(part, "This says nothing", "write \"3.steps\": 20, or /inputs/steps: a reason");
      return;
    }
    JsonNode given = yaml.child("inputs").map(Yaml::json).orElse(MissingNode.getInstance());
    try {
      AppliedInputs applied = inputs.apply(workflow, given);
      expected.ifPresentOrElse(
          it -> compare(it, applied),
          () -> fault(part, "The inputs are taken", "change the limits, or write expect:"));
    } catch (Problem problem) {
      List<Problem.Fault> faults =
          problem.faults().isEmpty()
              ? List.of(new Problem.Fault("", problem.getMessage()))
              : problem.faults();
      refused.ifPresentOrElse(
          it -> compare(it, faults),
          () ->
              faults.forEach(
                  it ->
                      fault(
                          yaml.child("inputs").orElse(yaml),
                          "The inputs are refused: " + it.detail(),
                          "change them, or write refused:")));
    }
  }

  private void fault(Yaml at, String detail, String remedy) {
    fields.fault(at, title + detail, remedy);
  }

  private void compare(Yaml expected, AppliedInputs applied) {
    Addresses addresses = new Addresses(workflow.graph(), Optional.empty());
    for (Map.Entry<String, Yaml> entry : expected.children().entrySet()) {
      try {
        compare(entry.getValue(), addresses.locate(entry.getKey()), applied);
      } catch (Problem unknown) {
        fault(entry.getValue(), unknown.getMessage(), "write the node's id, a dot and the field");
      }
    }
  }

  private void compare(Yaml expected, Address address, AppliedInputs applied) {
    boolean isFile = applied.media().stream().map(MediaInput::address).anyMatch(address::equals);
    if (isFile) {
      fault(expected, address + " is a file, which is set when a job runs", "leave it out");
      return;
    }
    JsonNode is =
        applied
            .graph()
            .node(address.node())
            .map(node -> node.inputs().get(address.field()))
            .orElse(MissingNode.getInstance());
    if (!isSame(is, expected.json())) {
      fault(
          expected,
          address
              + (is.isMissingNode() ? " is not set" : " is " + Excerpt.of(is))
              + ", not "
              + Excerpt.of(expected.json()),
          "change the workflow or the test");
    }
  }

  private static boolean isSame(JsonNode one, JsonNode other) {
    return one.equals(other)
        || (one.isNumber()
            && other.isNumber()
            && one.decimalValue().compareTo(other.decimalValue()) == 0)
        || (one.isContainerNode() && one.toString().equals(other.toString()));
  }

  private void compare(Yaml expected, List<Problem.Fault> faults) {
    List<Problem.Fault> others = new ArrayList<>(faults);
    for (Map.Entry<String, Yaml> entry : expected.children().entrySet()) {
      List<Problem.Fault> here =
          faults.stream().filter(it -> it.pointer().equals(entry.getKey())).toList();
      String text = entry.getValue().json().asText("");
      others.removeAll(here);
      if (here.isEmpty()) {
        fault(
            entry.getValue(),
            entry.getKey()
                + " is not refused; these are: "
                + String.join(", ", faults.stream().map(Problem.Fault::pointer).toList()),
            "change the workflow or the test");
      } else if (here.stream().noneMatch(it -> it.detail().contains(text))) {
        fault(
            entry.getValue(),
            "The reason is: " + here.get(0).detail(),
            "write a part of it, or \"\" for any");
      }
    }
    others.forEach(
        it ->
            fault(
                expected,
                it.pointer() + " is refused, too: " + it.detail(),
                "add it, or change the inputs"));
  }
}

package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.FileFault;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import io.comfygateway.config.YamlReader;
import io.comfygateway.problem.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * The YAML file beside a graph, which describes the workflow.
 *
 * @param title what people call the workflow
 * @param description what it does
 * @param version the version that the file declares
 * @param inputs the named inputs; empty if the file has none, so that callers use addresses
 * @param example values for the inputs
 * @param runsOn the labels that a backend must have to be given it
 * @param outputs the names of outputs, by the id of the node that makes them
 */
record Sidecar(
    Optional<String> title,
    String description,
    OptionalInt version,
    Optional<List<InputSpec>> inputs,
    ObjectNode example,
    Set<String> runsOn,
    Map<String, String> outputs) {

  /** The defaults for a graph without a sidecar. */
  static final Sidecar NONE =
      new Sidecar(
          Optional.empty(),
          "",
          OptionalInt.empty(),
          Optional.empty(),
          JsonNodeFactory.instance.objectNode(),
          Set.of(),
          Map.of());

  private static final List<String> KNOWN =
      List.of("title", "description", "version", "inputs", "example", "runs_on", "outputs");

  static final int MOST_INPUTS = 500;

  /** Reads a sidecar; its faults are collected. */
  static Sidecar read(String file, byte[] bytes, Graph graph, List<FileFault> faults) {
    int before = faults.size();
    YamlFields fields = new YamlFields(file, faults);
    Optional<Yaml> yaml = new YamlReader(file, faults).read(bytes);
    if (yaml.filter(top -> fields.mapping(top, KNOWN)).isEmpty()) {
      return NONE;
    }
    Yaml top = yaml.get();
    Sidecar sidecar =
        new Sidecar(
            fields.text(top, "title"),
            fields.text(top, "description").orElse(""),
            fields.count(top, "version").map(OptionalInt::of).orElse(OptionalInt.empty()),
            top.child("inputs").map(inputs -> inputs(inputs, graph, fields)),
            example(top, fields),
            runsOn(top, fields),
            new OutputNames(graph, fields).read(top));
    if (faults.size() == before) {
      sidecar.checkExample(top, graph, fields);
    }
    return sidecar;
  }

  /** The workflow of a graph that this is the sidecar of; it may give another title. */
  Workflow workflow(
      String name, int version, String otherwiseTitled, Graph graph, Map<String, String> packs) {
    return new Workflow(
        name,
        version,
        title.orElse(otherwiseTitled),
        description,
        graph.sharing(seeds()),
        inputs.isPresent(),
        inputs.orElse(List.of()),
        example,
        runsOn,
        outputs,
        packs);
  }

  /** Seeds that one input sets are drawn once, as those of a primitive are. */
  private List<SharedValue> seeds() {
    return inputs.orElse(List.of()).stream()
        .filter(input -> input.type() == InputType.SEED && input.targets().size() > 1)
        .map(input -> new SharedValue("", Optional.empty(), input.targets()))
        .toList();
  }

  private static List<InputSpec> inputs(Yaml yaml, Graph graph, YamlFields fields) {
    InputSpecReader reader = new InputSpecReader(graph, fields);
    List<InputSpec> specs = new ArrayList<>();
    Map<Address, String> taken = new HashMap<>();
    if (yaml.children().size() > MOST_INPUTS) {
      fields.fault(yaml, "There are more than " + MOST_INPUTS + " inputs", "remove some");
      return specs;
    }
    if (fields.mapping(yaml, yaml.children().keySet())) {
      yaml.children()
          .forEach(
              (name, input) ->
                  reader
                      .read(name, input)
                      .ifPresent(
                          spec -> {
                            specs.add(spec);
                            for (Address target : spec.targets()) {
                              String other = taken.putIfAbsent(target, name);
                              if (other != null) {
                                fields.fault(
                                    input,
                                    target + " is already set by the input " + other,
                                    "give each field of a node one input");
                              }
                            }
                          }));
    }
    return specs;
  }

  static Set<String> runsOn(Yaml top, YamlFields fields) {
    Set<String> labels = new TreeSet<>();
    Optional<Yaml> list = top.child("runs_on");
    if (list.filter(value -> !value.json().isArray()).isPresent()) {
      fields.fault(list.get(), "This must be a list", "write [fast]");
    }
    for (Yaml item : list.map(Yaml::items).orElse(List.of())) {
      if (item.json().isTextual()) {
        labels.add(item.json().asText());
      } else {
        fields.fault(item, "This is no label", "name one of a backend, as backends.yaml does");
      }
    }
    return labels;
  }

  private static ObjectNode example(Yaml top, YamlFields fields) {
    Optional<Yaml> example = top.child("example");
    return example.isPresent() && fields.mapping(example.get(), example.get().children().keySet())
        ? (ObjectNode) example.get().json()
        : NONE.example().deepCopy();
  }

  /** An example that does not run is worse than none. */
  private void checkExample(Yaml top, Graph graph, YamlFields fields) {
    Optional<Yaml> written = top.child("example");
    if (written.isEmpty()) {
      return;
    }
    Inputs strict = new Inputs(false, Optional.empty());
    Workflow workflow =
        new Workflow(
            "", 1, "", "", graph, inputs.isPresent(), inputs.orElse(List.of()), example, runsOn);
    try {
      strict.apply(workflow, example);
    } catch (Problem problem) {
      for (Problem.Fault fault : problem.faults()) {
        String name = fault.pointer().substring(fault.pointer().lastIndexOf('/') + 1);
        Yaml at = written.get().child(name).orElse(written.get());
        fields.fault(at, "In the example: " + fault.detail(), "change the example");
      }
    }
  }
}

package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One version of a workflow of the library.
 *
 * @param name the file's name without its ending
 * @param version counts up from 1
 * @param title what people call it
 * @param description what it does; may be empty
 * @param graph what runs
 * @param namesInputs whether callers use the names in {@code inputs}, else {@link Addresses}
 * @param inputs the named inputs, in the sidecar's order
 * @param example values for the inputs that make a request worth trying
 * @param runsOn the labels that a backend must have to be given it
 * @param outputs what callers call the outputs of nodes, by the nodes' ids
 * @param packs the packs of custom nodes that its node classes come from, where its file says so
 * @param isUploaded whether a caller uploaded it, so that the values in its graph are not the
 *     operator's and are checked like those of a graph that a caller sends
 */
public record Workflow(
    String name,
    int version,
    String title,
    String description,
    Graph graph,
    boolean namesInputs,
    List<InputSpec> inputs,
    ObjectNode example,
    Set<String> runsOn,
    Map<String, String> outputs,
    Map<String, String> packs,
    boolean isUploaded) {

  /** A workflow of the operator's. */
  public Workflow(
      String name,
      int version,
      String title,
      String description,
      Graph graph,
      boolean namesInputs,
      List<InputSpec> inputs,
      ObjectNode example,
      Set<String> runsOn,
      Map<String, String> outputs,
      Map<String, String> packs) {
    this(
        name,
        version,
        title,
        description,
        graph,
        namesInputs,
        inputs,
        example,
        runsOn,
        outputs,
        packs,
        false);
  }

  public Workflow {
    packs = Map.copyOf(packs);
    runsOn = Set.copyOf(runsOn);
    outputs = Map.copyOf(outputs);
    inputs = List.copyOf(inputs);
    example = example.deepCopy();
  }

  /** A workflow that names no outputs. */
  public Workflow(
      String name,
      int version,
      String title,
      String description,
      Graph graph,
      boolean namesInputs,
      List<InputSpec> inputs,
      ObjectNode example,
      Set<String> runsOn) {
    this(
        name,
        version,
        title,
        description,
        graph,
        namesInputs,
        inputs,
        example,
        runsOn,
        Map.of(),
        Map.of());
  }

  @Override
  public ObjectNode example() {
    return example.deepCopy();
  }

  /** What names exactly this version: {@code name@version}. */
  public String ref() {
    return name + "@" + version;
  }

  /** The same workflow as one that a caller uploaded. */
  public Workflow asUploaded() {
    return copy(version, graph, true);
  }

  /** The same workflow as another version. */
  public Workflow withVersion(int other) {
    return copy(other, graph, isUploaded);
  }

  /** The same workflow with another graph, which has all nodes that its named inputs set. */
  public Workflow withGraph(Graph other) {
    return copy(version, other.sharingAs(graph), isUploaded);
  }

  private Workflow copy(int otherVersion, Graph otherGraph, boolean otherIsUploaded) {
    return new Workflow(
        name,
        otherVersion,
        title,
        description,
        otherGraph,
        namesInputs,
        inputs,
        example,
        runsOn,
        outputs,
        packs,
        otherIsUploaded);
  }

  /** The graph with the defaults of its inputs, as it runs if a caller gives none. */
  public Graph withDefaults() {
    Map<Address, JsonNode> defaults = new LinkedHashMap<>();
    for (InputSpec input : inputs) {
      input
          .defaultValue()
          .ifPresent(
              value ->
                  input.targets().forEach(target -> defaults.put(target, input.inTemplate(value))));
    }
    return defaults.isEmpty() ? graph : graph.with(defaults);
  }

  /**
   * Where the values of the inputs are in the graph, by name. A hidden one is left out, and one
   * whose text is put into a template is left out: the graph has more than its caller wrote.
   */
  public Map<String, Address> inputAddresses() {
    if (!namesInputs) {
      return graph.inputNames();
    }
    Map<String, Address> addresses = new LinkedHashMap<>();
    for (InputSpec input : inputs) {
      if (input.template().isEmpty() && !input.hints().isHidden()) {
        input.targets().stream().findFirst().ifPresent(at -> addresses.put(input.name(), at));
      }
    }
    return addresses;
  }

  /** What callers may write in {@code inputs}, the names first that people read best. */
  public List<String> inputNames() {
    return namesInputs
        ? inputs.stream().filter(it -> !it.hints().isHidden()).map(InputSpec::name).toList()
        : List.copyOf(graph.inputNames().keySet());
  }

  /**
   * The schema of the request's {@code inputs}, as JSON Schema 2020-12.
   *
   * @param objectInfo what the servers declare of their classes, where one has said
   */
  public ObjectNode inputSchema(Optional<ObjectInfo> objectInfo) {
    return new InputSchema(this, objectInfo).toJson();
  }

  /**
   * The inputs that take their choices from what no server declares, so that they take any value.
   */
  public List<String> unknownChoices(ObjectInfo objectInfo) {
    return inputs.stream()
        .filter(
            input ->
                input
                    .choicesFrom()
                    .filter(from -> objectInfo.input(from.classType(), from.field()).isEmpty())
                    .isPresent())
        .map(
            input ->
                ref()
                    + ": the input "
                    + input.name()
                    + " takes any value, since no server has "
                    + input.choicesFrom().orElseThrow()
                    + ", whose choices it names")
        .toList();
  }

  /** A request body that runs the workflow. */
  public ObjectNode exampleRequest() {
    ObjectNode request = example.objectNode();
    request.set("inputs", example());
    return request;
  }
}

package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.GraphFindings.Finding;
import io.comfygateway.workflow.GraphNode.Link;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for what a ComfyUI will refuse in a graph, as far as its {@code /object_info} tells.
 * Ranges, lists and types are never certain: a class that has {@code VALIDATE_INPUTS} checks them
 * itself, and {@code /object_info} does not say so.
 *
 * <p>ComfyUI runs a graph as long as one output node is good, so a fault is certain only where
 * every output node depends on one.
 */
public final class GraphValidation {
  private static final int LONGEST_CYCLE_SHOWN = 10;
  private static final String DANGLING = "dangling_link";

  private final Graph graph;
  private final ObjectInfo info;
  private final Set<String> later;
  private final LinkCheck links;
  private final Map<String, List<Finding>> certain = new LinkedHashMap<>();
  private final Map<String, List<Finding>> doubtful = new LinkedHashMap<>();

  /** What each node takes from, through inputs that every ComfyUI follows. */
  private final Map<String, Set<String>> sources = new HashMap<>();

  private GraphValidation(Graph graph, ObjectInfo info, Set<String> later) {
    this.graph = graph;
    this.info = info;
    this.later = later;
    this.links = new LinkCheck(info);
  }

  /**
   * What is found for the server that suits the graph best.
   *
   * @param servers what the servers say that may be given it
   * @param later the inputs that are set later, as {@code id.field}
   */
  public static GraphFindings best(Graph graph, Collection<ObjectInfo> servers, Set<String> later) {
    Optional<GraphFindings> best = Optional.empty();
    List<ObjectInfo> seen = new ArrayList<>();
    for (ObjectInfo info : servers) {
      boolean isAlike = seen.stream().anyMatch(other -> isAlike(graph, info, other));
      if (best.filter(GraphFindings::isNothing).isPresent() || isAlike) {
        continue;
      }
      seen.add(info);
      GraphFindings found = new GraphValidation(graph, info, later).find();
      if (best.isEmpty() || found.isBetterThan(best.get())) {
        best = Optional.of(found);
      }
    }
    return best.orElse(GraphFindings.NONE);
  }

  // Equal declarations of several servers are shared, so comparing references is enough for most.
  @SuppressWarnings("ReferenceEquality")
  private static boolean isAlike(Graph graph, ObjectInfo one, ObjectInfo other) {
    return graph.nodes().stream()
        .map(GraphNode::classType)
        .distinct()
        .allMatch(type -> one.describe(type).orElse(null) == other.describe(type).orElse(null));
  }

  private GraphFindings find() {
    graph.nodes().forEach(this::checkNode);
    List<String> outputs =
        graph.nodes().stream()
            .filter(node -> info.isOutputNode(info.runAs(node.classType())))
            .map(GraphNode::id)
            .toList();
    Set<String> needed = neededBy(outputs);
    Set<String> broken = broken(needed);
    List<Finding> faults = new ArrayList<>();
    certain.forEach((id, found) -> faults.addAll(needed.contains(id) ? found : List.of()));
    List<Finding> doubts = new ArrayList<>();
    doubtful.forEach((id, found) -> doubts.addAll(needed.contains(id) ? found : dangling(found)));
    certain.forEach(
        (id, found) -> doubts.addAll(needed.contains(id) ? List.of() : dangling(found)));
    if (outputs.isEmpty()) {
      faults.add(
          0,
          new Finding(
              "prompt_no_outputs",
              Optional.empty(),
              Optional.empty(),
              "No node of the graph puts anything out; end it in a node such as SaveImage."));
    }
    if (broken.containsAll(outputs)) {
      return new GraphFindings(faults, doubts);
    }
    doubts.addAll(0, faults);
    return new GraphFindings(List.of(), doubts);
  }

  // Where nothing depends on it ComfyUI does not look; the caller may want to.
  private static List<Finding> dangling(List<Finding> found) {
    return found.stream().filter(finding -> DANGLING.equals(finding.code())).toList();
  }

  private void checkNode(GraphNode node) {
    if (!info.knows(node.classType())) {
      // It is replaced by another one there, whose inputs have other names.
      return;
    }
    Set<String> followed = new LinkedHashSet<>();
    Set<String> declared = new HashSet<>();
    for (InputDeclaration declaration : info.inputs(node)) {
      JsonNode value = node.inputs().get(declaration.name());
      boolean isLater = later.contains(new Address(node.id(), declaration.name()).toString());
      if (isLater || declaration.isDynamic()) {
        continue;
      }
      declared.add(declaration.name());
      if (value == null) {
        missing(node, declaration);
      } else if (value.isArray()) {
        linked(node, declaration, value).ifPresent(followed::add);
      } else {
        new LiteralCheck(declaration)
            .fault(value)
            .ifPresent(
                fault -> note(doubtful, at(node, declaration.name(), fault.code(), fault.words())));
      }
    }
    sources.put(node.id(), followed);
    node.inputs().keySet().stream()
        .filter(name -> !declared.contains(name))
        .forEach(name -> dangling(node, name));
  }

  private void missing(GraphNode node, InputDeclaration declaration) {
    if (declaration.required()) {
      note(
          declaration.isNested() ? doubtful : certain,
          at(
              node,
              declaration.name(),
              "required_input_missing",
              "is missing, and its class declares no default; set or link it"));
    }
  }

  /** Checks a link; the node that it comes from, where ComfyUI certainly looks at that one too. */
  private Optional<String> linked(GraphNode node, InputDeclaration declaration, JsonNode link) {
    String name = declaration.name();
    if (link.size() != 2 || link.get(0).isContainerNode()) {
      note(
          doubtful,
          at(node, name, "bad_linked_input", "is a list, which ComfyUI takes for a link"));
      return Optional.empty();
    }
    String from = link.get(0).asText();
    Optional<GraphNode> source = graph.node(from);
    if (source.isEmpty()) {
      note(
          declaration.isNested() ? doubtful : certain,
          at(
              node,
              name,
              DANGLING,
              "is linked to node " + Excerpt.of(from) + ", which is not there"));
      return Optional.empty();
    }
    links
        .mismatch(declaration, source.get(), link.get(1))
        .ifPresent(words -> note(doubtful, at(node, name, "return_type_mismatch", words)));
    return declaration.isNested() ? Optional.empty() : Optional.of(from);
  }

  private void dangling(GraphNode node, String name) {
    node.link(name)
        .map(Link::node)
        .filter(from -> graph.node(from).isEmpty())
        .ifPresent(
            from ->
                note(
                    doubtful,
                    at(
                        node,
                        name,
                        DANGLING,
                        "is linked to node " + Excerpt.of(from) + ", which is not there")));
  }

  /** The nodes that some nodes depend on through any link, and these themselves. */
  private Set<String> neededBy(List<String> outputs) {
    Set<String> needed = new HashSet<>(outputs);
    Deque<String> open = new ArrayDeque<>(outputs);
    while (!open.isEmpty()) {
      GraphNode node = graph.node(open.pop()).orElseThrow();
      for (JsonNode value : node.inputs().values()) {
        Link.of(value)
            .map(Link::node)
            .filter(from -> graph.node(from).isPresent() && needed.add(from))
            .ifPresent(open::push);
      }
    }
    return needed;
  }

  /** The nodes with a certain fault, those in a cycle, and all that depend on one of them. */
  private Set<String> broken(Set<String> needed) {
    Map<String, List<String>> users = new HashMap<>();
    Map<String, Integer> open = new HashMap<>();
    sources.forEach(
        (id, from) -> {
          open.put(id, from.size());
          from.forEach(source -> users.computeIfAbsent(source, x -> new ArrayList<>()).add(id));
        });
    Set<String> broken = new HashSet<>(certain.keySet());
    Set<String> left = new LinkedHashSet<>(graph.nodes().stream().map(GraphNode::id).toList());
    Deque<String> ready = new ArrayDeque<>();
    left.stream().filter(id -> open.getOrDefault(id, 0) == 0).forEach(ready::add);
    while (!ready.isEmpty()) {
      String id = ready.pop();
      left.remove(id);
      for (String user : users.getOrDefault(id, List.of())) {
        if (broken.contains(id)) {
          broken.add(user);
        }
        if (open.merge(user, -1, Integer::sum) == 0) {
          ready.push(user);
        }
      }
    }
    // What never became ready is in a cycle, or takes from one.
    left.stream().filter(needed::contains).findFirst().ifPresent(id -> noteCycle(id, left));
    broken.addAll(left);
    return broken;
  }

  private void noteCycle(String first, Set<String> left) {
    List<String> path = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    String at = first;
    while (seen.add(at)) {
      path.add(at);
      at =
          Objects.requireNonNull(sources.get(at)).stream()
              .filter(left::contains)
              .findFirst()
              .orElseThrow();
    }
    List<String> cycle = path.subList(path.indexOf(at), path.size());
    String shown =
        String.join(" → ", cycle.subList(0, Math.min(cycle.size(), LONGEST_CYCLE_SHOWN)));
    note(
        certain,
        new Finding(
            "dependency_cycle",
            graph.node(at),
            Optional.empty(),
            "The links of the graph form a cycle: %s → %s; cut one of them."
                .formatted(cycle.size() > LONGEST_CYCLE_SHOWN ? shown + " → …" : shown, at)));
  }

  private static Finding at(GraphNode node, String input, String code, String words) {
    return new Finding(
        code,
        Optional.of(node),
        Optional.of(input),
        "Input %s of node %s %s.".formatted(input, node.label(), words));
  }

  private static void note(Map<String, List<Finding>> findings, Finding finding) {
    findings
        .computeIfAbsent(finding.node().orElseThrow().id(), id -> new ArrayList<>())
        .add(finding);
  }
}

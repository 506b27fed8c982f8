package io.comfygateway.library;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.GraphNode;
import io.comfygateway.workflow.GraphNode.Link;
import io.comfygateway.workflow.ObjectInfo;
import io.comfygateway.workflow.Workflow;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What differs between two versions of a workflow. Nodes are compared by their ids. */
public final class WorkflowDiff {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Workflow from;
  private final Workflow to;

  public WorkflowDiff(Workflow from, Workflow to) {
    this.from = from;
    this.to = to;
  }

  /**
   * The differences: of the texts about it, of its inputs, and of its graph.
   *
   * @param classes what the servers declare of their classes, where one has said
   */
  public ObjectNode toJson(Optional<ObjectInfo> classes) {
    ObjectNode diff = JSON.objectNode();
    diff.put("from", from.version());
    diff.put("to", to.version());
    ArrayNode about = diff.putArray("about");
    changed(about, "title", JSON.textNode(from.title()), JSON.textNode(to.title()));
    changed(
        about, "description", JSON.textNode(from.description()), JSON.textNode(to.description()));
    changed(about, "example", from.example(), to.example());
    changed(about, "runs_on", words(from.runsOn()), words(to.runsOn()));
    diff.set("inputs", inputs(schema(from, classes), schema(to, classes)));
    diff.set("nodes", nodes());
    diff.put("same", isSame(diff));
    return diff;
  }

  private static boolean isSame(ObjectNode diff) {
    boolean isEmpty = diff.path("about").isEmpty();
    for (String part : new String[] {"inputs", "nodes"}) {
      for (JsonNode list : diff.path(part)) {
        isEmpty &= list.isEmpty();
      }
    }
    return isEmpty;
  }

  private static ArrayNode words(Set<String> labels) {
    ArrayNode words = JSON.arrayNode();
    new TreeSet<>(labels).forEach(words::add);
    return words;
  }

  // With "required" in each input, so that the change of one is a change of that input.
  private static ObjectNode schema(Workflow workflow, Optional<ObjectInfo> classes) {
    JsonNode schema = workflow.inputSchema(classes);
    ObjectNode inputs = JSON.objectNode();
    schema.path("properties").properties().forEach(it -> inputs.set(it.getKey(), it.getValue()));
    for (JsonNode name : schema.path("required")) {
      if (inputs.get(name.asText()) instanceof ObjectNode input) {
        inputs.set(name.asText(), input.deepCopy().put("required", true));
      }
    }
    return inputs;
  }

  private static ObjectNode inputs(ObjectNode before, ObjectNode after) {
    ObjectNode diff = JSON.objectNode();
    ArrayNode added = diff.putArray("added");
    ArrayNode removed = diff.putArray("removed");
    ArrayNode changed = diff.putArray("changed");
    for (String name : names(before, after)) {
      if (!before.has(name)) {
        added.addObject().put("name", name).set("schema", after.get(name));
      } else if (!after.has(name)) {
        removed.addObject().put("name", name).set("schema", before.get(name));
      } else if (!before.get(name).equals(after.get(name))) {
        ArrayNode fields = changed.addObject().put("name", name).putArray("fields");
        for (String field : names(before.get(name), after.get(name))) {
          changed(fields, field, before.get(name).path(field), after.get(name).path(field));
        }
      }
    }
    return diff;
  }

  private ObjectNode nodes() {
    Graph before = from.graph();
    Graph after = to.graph();
    ObjectNode diff = JSON.objectNode();
    ArrayNode added = diff.putArray("added");
    ArrayNode removed = diff.putArray("removed");
    ArrayNode changed = diff.putArray("changed");
    after.nodes().stream()
        .filter(node -> before.node(node.id()).isEmpty())
        .forEach(node -> added.add(named(node)));
    for (GraphNode node : before.nodes()) {
      Optional<GraphNode> now = after.node(node.id());
      if (now.isEmpty()) {
        removed.add(named(node));
      } else {
        ObjectNode change = named(now.get());
        if (isChanged(change, node, now.get())) {
          changed.add(change);
        }
      }
    }
    return diff;
  }

  private static ObjectNode named(GraphNode node) {
    ObjectNode named = JSON.objectNode().put("id", node.id());
    named.put("class_type", node.classType());
    node.title().ifPresent(title -> named.put("title", title));
    return named;
  }

  private boolean isChanged(ObjectNode change, GraphNode before, GraphNode after) {
    ArrayNode values = JSON.arrayNode();
    ArrayNode links = JSON.arrayNode();
    if (!before.classType().equals(after.classType())) {
      change
          .putObject("class_changed")
          .put("from", before.classType())
          .put("to", after.classType());
    }
    if (!before.title().equals(after.title())) {
      change.set(
          "title_changed",
          fromTo(
              before.title().<JsonNode>map(JSON::textNode).orElse(NullNode.getInstance()),
              after.title().<JsonNode>map(JSON::textNode).orElse(NullNode.getInstance())));
    }
    Set<String> fields = new LinkedHashSet<>(before.inputs().keySet());
    fields.addAll(after.inputs().keySet());
    for (String field : fields) {
      JsonNode was = before.inputs().getOrDefault(field, MissingNode.getInstance());
      JsonNode is = after.inputs().getOrDefault(field, MissingNode.getInstance());
      boolean isLink = Link.of(was).isPresent() || Link.of(is).isPresent();
      changed(isLink ? links : values, field, was, is);
    }
    if (!values.isEmpty()) {
      change.set("values", values);
    }
    if (!links.isEmpty()) {
      change.set("links", links);
    }
    return change.has("values")
        || change.has("links")
        || change.has("class_changed")
        || change.has("title_changed");
  }

  private static void changed(ArrayNode list, String field, JsonNode before, JsonNode after) {
    if (!before.equals(after)) {
      ObjectNode change = fromTo(before, after);
      list.addObject().put("field", field).setAll(change);
    }
  }

  private static ObjectNode fromTo(JsonNode before, JsonNode after) {
    ObjectNode change = JSON.objectNode();
    if (!before.isMissingNode()) {
      change.set("from", before);
    }
    if (!after.isMissingNode()) {
      change.set("to", after);
    }
    return change;
  }

  private static Set<String> names(JsonNode before, JsonNode after) {
    Set<String> names = new LinkedHashSet<>();
    before.fieldNames().forEachRemaining(names::add);
    after.fieldNames().forEachRemaining(names::add);
    return names;
  }
}

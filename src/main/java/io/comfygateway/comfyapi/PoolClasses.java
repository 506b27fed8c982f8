package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.pool.Backends;
import io.comfygateway.workflow.NodeRules;
import io.comfygateway.workflow.NodesFile;
import io.comfygateway.workflow.ObjectInfo;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import io.comfygateway.workflow.UploadInputs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The node classes of the pool as one ComfyUI describes them: those that at least one server has
 * and that are allowed here, each choice with the values of all servers. Lists of files are empty,
 * since the files on the servers belong to other callers.
 */
final class PoolClasses {
  private static final String[] GROUPS = {"required", "optional"};

  private final Backends backends;
  private final NodesFile nodes;
  private volatile Merged last =
      new Merged(List.of(), null, new ObjectNode(JsonNodeFactory.instance), List.of());

  PoolClasses(Backends backends, NodesFile nodes) {
    this.backends = backends;
    this.nodes = nodes;
  }

  /** Whether there are servers, be they up or not. */
  boolean isPoolConfigured() {
    return !backends.configured().isEmpty();
  }

  /**
   * The classes of all servers.
   *
   * @param basis the answers of the servers
   * @param classes the answer of {@code /object_info}; not to be changed
   * @param fileInputs the inputs that list files
   */
  record Merged(
      List<ObjectInfo> basis,
      @org.jspecify.annotations.Nullable NodeRules rules,
      ObjectNode classes,
      List<FileList> fileInputs) {

    // A server's answer is a new object when it has changed.
    @SuppressWarnings("ReferenceEquality")
    private boolean isOf(List<ObjectInfo> infos, NodeRules now) {
      boolean same = rules == now && basis.size() == infos.size();
      for (int i = 0; same && i < infos.size(); i++) {
        same = basis.get(i) == infos.get(i);
      }
      return same;
    }
  }

  /** An input that lists the files of the input folder, and what kind of file it takes. */
  record FileList(String classType, String group, String input, String kind) {}

  Merged merged() {
    List<ObjectInfo> infos = new ArrayList<>();
    backends
        .configured()
        .forEach(backend -> backends.nodeClasses().of(backend.name()).ifPresent(infos::add));
    NodeRules rules = nodes.rules();
    Merged known = last;
    if (!known.isOf(infos, rules)) {
      known = merge(infos, rules);
      last = known;
    }
    return known;
  }

  private static Merged merge(List<ObjectInfo> infos, NodeRules rules) {
    Map<String, JsonNode> classes = new LinkedHashMap<>();
    for (ObjectInfo info : infos) {
      for (Map.Entry<String, JsonNode> described : info.json().properties()) {
        if (rules.refusal(described.getKey()).isEmpty()) {
          classes.merge(described.getKey(), described.getValue(), PoolClasses::united);
        }
      }
    }
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    classes.forEach(all::set);
    List<FileList> lists = new ArrayList<>();
    ObjectInfo union = new ObjectInfo(all);
    for (String type : union.classTypes()) {
      for (String group : GROUPS) {
        for (Map.Entry<String, JsonNode> input :
            all.path(type).path("input").path(group).properties()) {
          fileKind(input)
              .ifPresent(kind -> lists.add(new FileList(type, group, input.getKey(), kind)));
        }
      }
    }
    return new Merged(infos, rules, all, lists);
  }

  private static Optional<String> fileKind(Map.Entry<String, JsonNode> input) {
    return input.getValue().isArray() && !input.getValue().isEmpty()
        ? UploadInputs.declared(new InputDeclaration(input.getKey(), input.getValue(), true, false))
            .map(kind -> kind.name().toLowerCase(java.util.Locale.ROOT))
        : Optional.empty();
  }

  @SuppressWarnings("ReferenceEquality")
  private static JsonNode united(JsonNode one, JsonNode other) {
    if (one == other || one.equals(other)) {
      return one;
    }
    JsonNode united = one.deepCopy();
    for (String group : GROUPS) {
      JsonNode inputs = united.path("input").path(group);
      for (Map.Entry<String, JsonNode> input : inputs.properties()) {
        ArrayNode into = choices(input.getValue());
        ArrayNode more = choices(other.path("input").path(group).path(input.getKey()));
        if (into != null && more != null) {
          Set<JsonNode> values = new LinkedHashSet<>();
          into.forEach(values::add);
          more.forEach(values::add);
          into.removeAll().addAll(values);
        }
      }
    }
    return united;
  }

  /** The list of choices in a declaration, old or new; null if it has none. */
  static @org.jspecify.annotations.Nullable ArrayNode choices(JsonNode declaration) {
    JsonNode type = declaration.path(0);
    JsonNode list = type.isArray() ? type : declaration.path(1).path("options");
    return list instanceof ArrayNode array ? array : null;
  }
}

package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.editor.Field.Role;
import io.comfygateway.workflow.editor.HostFields.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The values that stand on subgraph nodes for fields of the nodes inside. An input of a subgraph
 * that leads to a field shows that field; {@code proxyWidgets} of some editors lists these and
 * further fields of nodes inside.
 */
final class HostValues {
  /** The name of a primitive's only field. */
  static final String PRIMITIVE = "value";

  private static final String RESAVE =
      "open the workflow in an editor on this ComfyUI, check the subgraph and save it again";

  private final HostFields fields;
  private final Map<Place, Map<String, JsonNode>> values = new HashMap<>();

  HostValues(ClassCatalog classes) {
    this.fields = new HostFields(classes);
  }

  /** The value that a subgraph node, or one around it, has for an input of the subgraph. */
  Optional<JsonNode> value(Place host, String input) {
    return override(host, input);
  }

  /** The value that a subgraph around a node sets in one of the node's fields. */
  Optional<JsonNode> override(Place place, String field) {
    return Optional.ofNullable(values.get(place)).map(set -> set.get(field));
  }

  /** Sets a value, unless one further out has set it already. */
  void set(Place place, String field, JsonNode value) {
    values.computeIfAbsent(place, it -> new HashMap<>()).putIfAbsent(field, value);
  }

  /** Reads the values of a subgraph node; those around it must have been read before. */
  void read(Place host) throws ConversionException {
    EditorNode node = host.node();
    List<Target> promoted = fields.promoted(host);
    if (node.named().isObject()) {
      takeNamed(host, promoted, fields.proxies(host));
      return;
    }
    List<JsonNode> list = ValueList.of(node.values()).orElse(List.of());
    if (list.isEmpty()) {
      return;
    }
    List<Target> proxies = fields.proxies(host);
    List<Target> own = proxies.stream().filter(it -> it.place().equals(host)).toList();
    if (!proxies.isEmpty() && fits(proxies, list)) {
      takeAll(proxies, list);
    } else if (!own.isEmpty() && fits(own, list)) {
      takeAll(own, list);
    } else {
      align(host, promoted, list);
    }
  }

  private static boolean fits(List<Target> targets, List<JsonNode> list) {
    if (targets.size() != list.size()) {
      return false;
    }
    for (int i = 0; i < list.size(); i++) {
      if (!list.get(i).isNull() && targets.get(i).field().fit(list.get(i)) == ValueFit.NONE) {
        return false;
      }
    }
    return true;
  }

  private void takeAll(List<Target> targets, List<JsonNode> list) {
    for (int i = 0; i < list.size(); i++) {
      if (!list.get(i).isNull() && targets.get(i).field().isValue()) {
        take(targets.get(i), list.get(i));
      }
    }
  }

  private void takeNamed(Place host, List<Target> promoted, List<Target> proxies)
      throws ConversionException {
    Map<String, Target> taken = new HashMap<>();
    for (Target target : Stream.concat(promoted.stream(), proxies.stream()).toList()) {
      String name = target.field().key();
      JsonNode value = host.node().named().get(name);
      if (value == null || value.isNull() || !target.field().isValue()) {
        continue;
      }
      Target other = taken.putIfAbsent(name, target);
      if ((other != null && !other.equals(target)) || target.field().fit(value) == ValueFit.NONE) {
        throw misfit(host);
      }
      take(target, value);
    }
  }

  private static ConversionException misfit(Place host) {
    return new ConversionException(
        ConversionFault.of(host, "The values on the subgraph do not fit its inputs", RESAVE));
  }

  private void take(Target target, JsonNode value) {
    set(target.place(), target.field().key(), value);
  }

  private void align(Place host, List<Target> promoted, List<JsonNode> list)
      throws ConversionException {
    List<Field> shown = new ArrayList<>();
    for (Target target : promoted) {
      shown.add(target.field());
      if (target.field().input().isControlled()) {
        shown.add(target.field().as(Role.CONTROL));
      }
    }
    Reading reading =
        new Alignment(list, (combo, value) -> List.of())
            .read(shown)
            .filter(it -> it.rest().stream().allMatch(Field::isIdle))
            .orElseThrow(() -> misfit(host));
    reading.values().forEach((name, value) -> set(host, name, value));
  }
}

package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.editor.Field.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The values on a group node: those of its nodes' fields, one node after the other. */
final class GroupValues {
  private static final char BETWEEN = '\0';

  private final ClassCatalog classes;
  private final HostValues hosts;

  GroupValues(ClassCatalog classes, HostValues hosts) {
    this.classes = classes;
    this.hosts = hosts;
  }

  void read(Place host, GraphInstance inside) throws ConversionException {
    List<JsonNode> values = ValueList.of(host.node().values()).orElse(List.of());
    if (values.isEmpty()) {
      return;
    }
    List<Field> fields = new ArrayList<>();
    for (Place place : inside.places()) {
      fields(place)
          .forEach(field -> fields.add(field.under(place.node().id() + BETWEEN + field.key())));
    }
    Reading reading =
        new Alignment(values, (combo, value) -> List.of())
            .read(fields)
            .filter(it -> it.rest().stream().allMatch(Field::isIdle))
            .orElseThrow(
                () ->
                    new ConversionException(
                        ConversionFault.of(
                            host,
                            "The values on the group node do not fit the nodes in it",
                            "convert it to nodes in the editor and save the workflow again")));
    for (Map.Entry<String, JsonNode> value : reading.values().entrySet()) {
      int end = value.getKey().indexOf(BETWEEN);
      Optional<Place> place = inside.place(value.getKey().substring(0, end));
      place.ifPresent(it -> hosts.set(it, value.getKey().substring(end + 1), value.getValue()));
    }
  }

  private List<Field> fields(Place place) {
    EditorNode node = place.node();
    Optional<NodeClass> known = classes.find(node.type());
    if (classes.kind(node) == NodeKind.PRIMITIVE) {
      Field value = Field.of(Fields.unknown(HostValues.PRIMITIVE, "*"), false);
      return List.of(value, value.as(Role.CONTROL));
    }
    if (classes.kind(node) != NodeKind.REAL) {
      return List.of();
    }
    Fields fields = new Fields(classes, node);
    List<Field> all = known.map(fields::of).orElseGet(fields::ofFile);
    return all.stream()
        .map(
            field ->
                field.role() == Role.VALUE && field.isLinked() ? field.as(Role.PERHAPS) : field)
        .toList();
  }
}

package io.comfygateway.workflow.editor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Links by name: what goes into a setter comes out of the getters of its name. */
final class NamedLinks {
  private NamedLinks() {}

  /**
   * The setter that a getter means: in its own graph, else in the nearest one around it.
   *
   * @throws ConversionException if there is none, or more than one
   */
  static Place setter(ClassCatalog classes, Place getter) throws ConversionException {
    String name = name(getter.node());
    Optional<GraphInstance> instance = Optional.of(getter.instance());
    while (instance.isPresent()) {
      List<Place> found = new ArrayList<>();
      for (Place place : instance.get().places()) {
        if (classes.kind(place.node()) == NodeKind.SETTER && name(place.node()).equals(name)) {
          found.add(place);
        }
      }
      if (found.size() == 1) {
        return found.get(0);
      }
      if (found.size() > 1) {
        throw new ConversionException(
            ConversionFault.of(
                getter,
                "Several nodes set the name \"" + ConversionFault.cut(name) + "\"",
                "give each of them a name of its own"));
      }
      instance = instance.get().host().map(Place::instance);
    }
    throw new ConversionException(
        ConversionFault.of(
            getter,
            "No node sets the name \"" + ConversionFault.cut(name) + "\"",
            "add one, or link the value"));
  }

  private static String name(EditorNode node) {
    return ValueList.of(node.values())
        .filter(values -> !values.isEmpty())
        .map(values -> values.get(0).asText())
        .orElse("");
  }
}

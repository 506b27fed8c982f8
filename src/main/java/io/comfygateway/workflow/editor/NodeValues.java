package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.workflow.editor.Field.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The values of a node's fields by name. The file has them by position only, so that an input that
 * the class has gained, lost or moved since would shift all that follow: a reading is taken only if
 * every value fits, and if no such change explains the values as well.
 */
final class NodeValues {
  private static final String RESAVE =
      "open the workflow in an editor on this ComfyUI, check the node and save it again";

  private static final Pattern SUBGRAPH =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  /** What the editor calls ComfyUI itself among the packs. */
  private static final String COMFYUI = "comfy-core";

  private static final int MOST_VALUES = 2_000;

  private final ClassCatalog classes;

  NodeValues(ClassCatalog classes) {
    this.classes = classes;
  }

  /** The values of a node of a class, with the defaults of inputs that are newer than the file. */
  Map<String, JsonNode> of(Place place, NodeClass nodeClass) throws ConversionException {
    EditorNode node = place.node();
    Fields fields = new Fields(classes, node);
    if (PowerLoras.isMeant(node)) {
      return PowerLoras.values(node);
    }
    Optional<List<JsonNode>> list =
        ValueList.of(node.values()).map(values -> FormerValues.renewed(node.type(), values));
    if (list.isEmpty()) {
      Map<String, JsonNode> named = new NamedValues(place, fields, node.values()).of(nodeClass);
      fillSockets(fields, nodeClass, named);
      return named;
    }
    if (list.get().size() > MOST_VALUES) {
      throw refused(place, "It has more than " + MOST_VALUES + " values");
    }
    Map<String, JsonNode> values;
    if (node.named().isObject()) {
      values = new NamedValues(place, fields, node.named()).of(nodeClass);
      requireSame(place, values, byPosition(fields, nodeClass, list.get()));
      fillSockets(fields, nodeClass, values);
      return values;
    }
    Reading reading =
        byPosition(fields, nodeClass, list.get())
            .orElseThrow(() -> misfit(place, fields, nodeClass, list.get()));
    values = new LinkedHashMap<>(reading.values());
    requireKnownRest(place, fields, nodeClass, list.get(), reading);
    Defaults defaults = new Defaults(place, fields);
    defaults.fill(values, reading.missing(), list.get().isEmpty());
    fillSockets(fields, nodeClass, values);
    return values;
  }

  /** Where the values of a node's fields are in its list; nothing where that is not certain. */
  Map<String, Integer> positions(EditorNode node, NodeClass nodeClass) {
    Fields fields = new Fields(classes, node);
    return ValueList.of(node.values())
        .filter(values -> values.size() <= MOST_VALUES && !PowerLoras.isMeant(node))
        .flatMap(values -> byPosition(fields, nodeClass, values))
        .map(Reading::positions)
        .orElse(Map.of());
  }

  // What could only be linked when the file was saved, and is a field now.
  private static void fillSockets(
      Fields fields, NodeClass nodeClass, Map<String, JsonNode> values) {
    for (Field field : fields.of(nodeClass)) {
      JsonNode declared = field.input().options().path("default");
      if (field.role() == Field.Role.PERHAPS
          && field.input().isRequired()
          && field.input().isPlainWidget()
          && !field.isLinked()
          && !declared.isMissingNode()
          && !declared.isNull()) {
        values.putIfAbsent(field.key(), declared);
      }
    }
  }

  /** The values of a node whose class the server lacks, where the file names every field. */
  Map<String, JsonNode> ofUnknown(Place place) throws ConversionException {
    EditorNode node = place.node();
    List<JsonNode> values = ValueList.of(node.values()).orElse(List.of());
    boolean isKnownToEditor =
        node.properties().path("Node name for S&R").asText().equals(node.type());
    Optional<Reading> reading =
        !isKnownToEditor || node.values().isObject()
            ? Optional.empty()
            : new Alignment(values, (combo, value) -> List.of())
                .read(new Fields(classes, node).ofFile())
                .filter(Reading::isExact);
    return reading.orElseThrow(() -> new ConversionException(lacking(place))).values();
  }

  static ConversionFault lacking(Place place) {
    if (SUBGRAPH.matcher(place.node().type()).matches()) {
      return ConversionFault.of(
          place,
          "The file lacks the definition of this subgraph",
          "save the whole workflow again, not a part of it");
    }
    JsonNode properties = place.node().properties();
    String pack = properties.path("cnr_id").asText(properties.path("aux_id").asText(""));
    return ConversionFault.of(
        place,
        "This ComfyUI lacks the class \"" + ConversionFault.cut(place.node().type()) + "\"",
        (pack.isEmpty()
                ? "install the pack that has it"
                : pack.equals(COMFYUI)
                    ? "update ComfyUI, which has it by now"
                    : "install the pack " + ConversionFault.cut(pack))
            + ", or take the node out of the workflow");
  }

  private Optional<Reading> byPosition(Fields fields, NodeClass nodeClass, List<JsonNode> values) {
    return new Alignment(values, fields::chosen).read(fields.of(nodeClass));
  }

  private static void requireSame(
      Place place, Map<String, JsonNode> named, Optional<Reading> positional)
      throws ConversionException {
    if (positional.isEmpty()) {
      return;
    }
    for (Map.Entry<String, JsonNode> value : positional.get().values().entrySet()) {
      JsonNode other = named.get(value.getKey());
      if (other != null
          && !place.node().isLinked(value.getKey())
          && !same(other, value.getValue())) {
        throw refused(
            place,
            "Its widgets_values and widgets_values_named differ in "
                + ConversionFault.cut(value.getKey()));
      }
    }
  }

  private static boolean same(JsonNode one, JsonNode other) {
    return one.equals(other)
        || (one.isNumber() && other.isNumber() && one.doubleValue() == other.doubleValue());
  }

  private static ConversionException refused(Place place, String detail) {
    return new ConversionException(ConversionFault.of(place, detail, RESAVE));
  }

  private ConversionException misfit(
      Place place, Fields fields, NodeClass nodeClass, List<JsonNode> values) {
    Alignment alignment = new Alignment(values, fields::chosen);
    alignment.read(fields.of(nodeClass));
    return refused(
        place,
        alignment
            .mismatch()
            .map(
                at ->
                    "Its value %s does not fit the input %s (%s); the class has changed since the file was saved, or its choices have"
                        .formatted(
                            ValueFit.show(at.getValue()),
                            ConversionFault.cut(at.getKey().key()),
                            at.getKey().input().type()))
            .orElse("Its %d values can be read in more than one way".formatted(values.size())));
  }

  /**
   * Values behind the last field are what extensions of the editor have drawn. A built-in class
   * ignores them; another may read them under names that only the extension knows.
   */
  private void requireKnownRest(
      Place place, Fields fields, NodeClass nodeClass, List<JsonNode> values, Reading reading)
      throws ConversionException {
    List<Field> all = fields.of(nodeClass);
    boolean isCertain = isNamedByFile(fields, values, reading);
    if (!reading.rest().stream().allMatch(Field::isIdle)) {
      boolean isShown =
          nodeClass.isOutput()
              && all.isEmpty()
              && reading.rest().stream().allMatch(NodeValues::isShown);
      if (!nodeClass.isBuiltIn() && !isShown) {
        throw refused(
            place,
            "It has %d values more than its class has inputs".formatted(reading.rest().size()));
      }
      int extra = reading.rest().size();
      for (int at = 0; at < values.size() - extra && !isCertain; at++) {
        List<JsonNode> others = new ArrayList<>(values.subList(0, at));
        others.addAll(values.subList(at + extra, values.size()));
        requireNoOther(place, fields, all, others, reading, values.size());
      }
    }
    if (!reading.missing().isEmpty() && !values.isEmpty() && !isCertain) {
      List<Field> others = withoutLastRequired(all, reading.missing().size());
      Set<String> newer = fields.newer(nodeClass);
      others.removeIf(field -> newer.contains(field.input().name()));
      requireNoOther(place, fields, others, values, reading, values.size());
    }
  }

  // Texts and lists of pictures that were shown.
  private static boolean isShown(JsonNode value) {
    return value.isTextual() || value.isArray() || value.isNull();
  }

  /**
   * Whether the file itself names each of its fields among the inputs, as newer editors do, and so
   * gives each value the same name.
   */
  private static boolean isNamedByFile(Fields fields, List<JsonNode> values, Reading reading) {
    return new Alignment(values, (combo, value) -> List.of())
        .read(fields.ofFile())
        .filter(Reading::isExact)
        .filter(named -> named.values().entrySet().containsAll(reading.values().entrySet()))
        .isPresent();
  }

  // New inputs are added behind the required ones or behind the optional ones.
  private static List<Field> withoutLastRequired(List<Field> all, int count) {
    List<Field> fields = new ArrayList<>(all);
    int left = count;
    for (int i = fields.size() - 1; i >= 0 && left > 0; i--) {
      Field field = fields.get(i);
      if (field.role() == Role.VALUE && field.input().isRequired()) {
        fields.removeIf(other -> other.input().equals(field.input()));
        i = Math.min(i, fields.size());
        left--;
      }
    }
    return fields;
  }

  private static void requireNoOther(
      Place place,
      Fields fields,
      List<Field> all,
      List<JsonNode> values,
      Reading reading,
      int count)
      throws ConversionException {
    Alignment alignment = new Alignment(values, fields::chosen);
    Optional<Reading> other = alignment.read(all).filter(Reading::isExact);
    if (other.filter(it -> !it.values().equals(reading.values())).isPresent()) {
      throw refused(
          place,
          "Its %d values do not say which of the inputs of its class they are for"
              .formatted(count));
    }
  }
}

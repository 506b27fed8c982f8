package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import io.comfygateway.workflow.InputValue.Accepted;
import io.comfygateway.workflow.InputValue.Checked;
import io.comfygateway.workflow.InputValue.Refused;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads one named input of a sidecar and checks it against the graph. */
final class InputSpecReader {
  /** A name is also that of a form field and a part of a JSON pointer. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}");

  private static final List<String> KNOWN =
      List.of(
          "node",
          "nodes",
          "sets",
          "field",
          "type",
          "description",
          "default",
          "min",
          "max",
          "step",
          "max_length",
          "choices",
          "enum",
          "required",
          "hidden",
          "accepts",
          "label",
          "group",
          "examples",
          "multiline",
          "advanced");
  private static final Set<String> SEEDS = Set.of("seed", "noise_seed");

  private final Graph graph;
  private final YamlFields fields;
  private final TargetReader targets;
  private final ChoiceReader choices;

  InputSpecReader(Graph graph, YamlFields fields) {
    this.graph = graph;
    this.fields = fields;
    this.targets = new TargetReader(graph, fields);
    this.choices = new ChoiceReader(fields);
  }

  /** Whether an input or an output can be called so. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** The input; empty if a fault was noted that leaves nothing to build it from. */
  Optional<InputSpec> read(String name, Yaml yaml) {
    if (!isName(name)) {
      fields.fault(
          yaml,
          "\"" + name + "\" is no name for an input",
          "use letters, digits, _ and -, and begin with a letter");
    }
    if (!fields.mapping(yaml, KNOWN)) {
      return Optional.empty();
    }
    List<Address> found = targets.read(name, yaml);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    return type(yaml, found.get(0)).map(type -> spec(name, yaml, type, found));
  }

  private InputSpec spec(String name, Yaml yaml, InputType type, List<Address> targets) {
    InputSpec bare =
        new InputSpec(
            name,
            type,
            targets,
            fields.text(yaml, "description").orElse(""),
            Optional.empty(),
            numeric(yaml, "min", type),
            numeric(yaml, "max", type),
            numeric(yaml, "step", type),
            maxLength(yaml, type),
            choices.read(yaml, type),
            fields.bool(yaml, "required").orElse(false),
            accepts(yaml, type));
    checkRange(yaml, bare);
    InputSpec spec =
        new InputSpec(
            name,
            type,
            targets,
            bare.description(),
            defaultValue(yaml, bare),
            bare.min(),
            bare.max(),
            bare.step(),
            bare.maxLength(),
            bare.choices(),
            bare.required(),
            bare.accepts());
    InputSpec shown = spec.with(new HintsReader(fields).read(yaml, spec));
    InputSpec whole = choices.source(yaml).map(shown::from).orElse(shown);
    return yaml.child("type").isPresent() ? whole : whole.inferred();
  }

  private Set<FileKind> accepts(Yaml yaml, InputType type) {
    Optional<Yaml> list = yaml.child("accepts");
    if (list.isEmpty()) {
      return Set.of();
    }
    if (type != InputType.FILE) {
      fields.fault(list.get(), "accepts is for inputs of the type file", "remove it");
    } else if (!list.get().json().isArray() || list.get().items().isEmpty()) {
      fields.fault(list.get(), "This must be a list", "write [model, json]");
    }
    Set<FileKind> kinds = EnumSet.noneOf(FileKind.class);
    for (Yaml item : list.get().items()) {
      Optional<FileKind> kind = FileKind.named(item.json().asText());
      kind.ifPresent(kinds::add);
      if (kind.isEmpty()) {
        fields.fault(
            item,
            "There is no kind of file " + item.json(),
            "use "
                + Arrays.stream(FileKind.values())
                    .map(FileKind::word)
                    .collect(Collectors.joining(", ")));
      }
    }
    return kinds;
  }

  private Optional<InputType> type(Yaml yaml, Address target) {
    Optional<Yaml> written = yaml.child("type");
    Optional<InputType> type =
        written.isPresent()
            ? InputType.named(written.get().json().asText())
            : likeTheLiteral(target);
    if (type.isEmpty()) {
      fields.fault(
          written.orElse(yaml),
          written.isPresent()
              ? "There is no type " + written.get().json()
              : "The graph does not show the type",
          "set type: to one of "
              + Arrays.stream(InputType.values())
                  .map(InputType::word)
                  .collect(Collectors.joining(", ")));
    }
    return type;
  }

  private Optional<InputType> likeTheLiteral(Address target) {
    if (SEEDS.contains(target.field())) {
      return Optional.of(InputType.SEED);
    }
    return graph
        .node(target.node())
        .flatMap(node -> node.literal(target.field()))
        .flatMap(
            literal ->
                switch (literal.getNodeType()) {
                  case STRING -> Optional.of(InputType.STRING);
                  case NUMBER -> Optional.of(InputType.NUMBER);
                  case BOOLEAN -> Optional.of(InputType.BOOLEAN);
                  default -> Optional.empty();
                });
  }

  private Optional<BigDecimal> numeric(Yaml yaml, String key, InputType type) {
    Optional<BigDecimal> number = fields.number(yaml, key);
    if (number.isPresent() && !type.isNumeric()) {
      fields.fault(
          yaml.child(key).orElse(yaml), key + " has no meaning for " + type.word(), "remove it");
    }
    return number;
  }

  private OptionalInt maxLength(Yaml yaml, InputType type) {
    Optional<Integer> length = fields.count(yaml, "max_length");
    if (length.isPresent() && type != InputType.STRING) {
      fields.fault(
          yaml.child("max_length").orElse(yaml),
          "max_length has no meaning for " + type.word(),
          "remove it");
    }
    return length.map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  private void checkRange(Yaml yaml, InputSpec spec) {
    if (spec.min().isPresent()
        && spec.max().isPresent()
        && spec.min().get().compareTo(spec.max().get()) > 0) {
      fields.fault(
          yaml.child("min").or(() -> yaml.child("max")).orElse(yaml),
          "min " + spec.min().get() + " is above max " + spec.max().get(),
          "swap or change them");
    }
    if (spec.step().filter(step -> step.signum() <= 0).isPresent()) {
      fields.fault(yaml.child("step").orElse(yaml), "step must be above 0", "change it");
    }
  }

  private Optional<JsonNode> defaultValue(Yaml yaml, InputSpec spec) {
    Optional<Yaml> written = yaml.child("default");
    // A step of 0 was reported, and would divide by zero in the check.
    if (written.isEmpty() || spec.step().filter(step -> step.signum() <= 0).isPresent()) {
      return Optional.empty();
    }
    if (spec.required()) {
      fields.fault(written.get(), "A required input has a default", "remove one of the two");
    }
    Checked checked = new InputValue(spec, false).check(written.get().json());
    if (checked instanceof Refused refused) {
      fields.fault(written.get(), "The default of " + refused.detail(), "change it");
      return Optional.empty();
    }
    return Optional.of(((Accepted) checked).value());
  }
}

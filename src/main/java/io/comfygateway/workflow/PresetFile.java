package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.FileFault;
import io.comfygateway.config.Suggestion;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import io.comfygateway.workflow.InputValue.Accepted;
import io.comfygateway.workflow.InputValue.Refused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A workflow that is another's graph with some of its inputs fixed, hidden or put into a template:
 * a YAML file without a graph beside it that names one with {@code graph:}. It takes each input of
 * the other that it says nothing of.
 *
 * @param file its path in the folder of the library
 * @param name what the workflow is called
 */
record PresetFile(String file, WorkflowName name) {
  private static final List<String> KNOWN =
      List.of("graph", "title", "description", "version", "inputs", "example", "runs_on");
  private static final List<String> OF_INPUT =
      List.of("value", "hidden", "template", "prefix", "suffix", "default", "description");

  /** The placeholder in a template for the caller's value. */
  static final String VALUE = "{{value}}";

  /** The workflow whose graph it takes, as {@code name} or {@code name@version}. */
  static Optional<String> base(Yaml top) {
    return top.child("graph").map(Yaml::json).filter(JsonNode::isTextual).map(JsonNode::asText);
  }

  /**
   * The workflow; what is wrong is added to the faults, and then there is none.
   *
   * @param graphs the workflows that have a graph of their own, by {@code name} and {@code
   *     name@version}
   */
  Optional<Workflow> load(Yaml top, Map<String, Workflow> graphs, List<FileFault> faults) {
    String wanted = base(top).orElse("");
    Workflow base = graphs.get(wanted);
    if (base == null) {
      new YamlFields(file, faults)
          .fault(
              top.child("graph").orElse(top),
              "There is no workflow \""
                  + wanted
                  + "\" with a graph of its own"
                  + Suggestion.didYouMean(wanted, graphs.keySet()),
              "name one that has");
      return Optional.empty();
    }
    return load(top, base, faults);
  }

  private Optional<Workflow> load(Yaml top, Workflow base, List<FileFault> faults) {
    int before = faults.size();
    YamlFields fields = new YamlFields(file, faults);
    fields.mapping(top, KNOWN);
    if (!base.namesInputs()) {
      fields.fault(
          top.child("graph").orElse(top),
          "The workflow \"" + base.name() + "\" names no inputs, so none can be preset",
          "give it a YAML file with inputs");
      return Optional.empty();
    }
    Reader reader = new Reader(base, fields);
    top.child("inputs").ifPresent(reader::read);
    ObjectNode example = base.example();
    example.retain(reader.specs.keySet());
    top.child("example")
        .filter(it -> fields.mapping(it, reader.specs.keySet()))
        .ifPresent(it -> example.setAll((ObjectNode) it.json()));
    if (faults.size() > before) {
      return Optional.empty();
    }
    Workflow preset =
        new Workflow(
            name.slug(),
            name.version().orElse(fields.count(top, "version").orElse(1)),
            fields.text(top, "title").orElse(name.title()),
            fields.text(top, "description").orElse(base.description()),
            base.graph().with(reader.fixed),
            true,
            List.copyOf(reader.specs.values()),
            example,
            top.child("runs_on").isPresent() ? Sidecar.runsOn(top, fields) : base.runsOn(),
            base.outputs(),
            base.packs());
    return Optional.of(base.isUploaded() ? preset.asUploaded() : preset);
  }

  /** Reads the inputs. */
  private static final class Reader {
    private final Workflow base;
    private final YamlFields fields;
    private final Map<String, InputSpec> specs = new LinkedHashMap<>();
    private final Map<Address, JsonNode> fixed = new LinkedHashMap<>();

    Reader(Workflow base, YamlFields fields) {
      this.base = base;
      this.fields = fields;
      base.inputs().forEach(spec -> specs.put(spec.name(), spec));
    }

    void read(Yaml inputs) {
      if (fields.mapping(inputs, new TreeSet<>(specs.keySet()))) {
        base.inputs()
            .forEach(spec -> inputs.child(spec.name()).ifPresent(yaml -> input(spec, yaml)));
      }
    }

    private void input(InputSpec spec, Yaml yaml) {
      if (!yaml.json().isObject()) {
        value(spec, yaml);
        return;
      }
      fields.mapping(yaml, OF_INPUT);
      if (yaml.child("value").isPresent()) {
        value(spec, yaml.child("value").get());
        return;
      }
      Optional<JsonNode> given = yaml.child("default").flatMap(it -> checked(spec, it));
      Optional<JsonNode> defaultValue = given.or(spec::defaultValue);
      if (fields.bool(yaml, "hidden").orElse(false)) {
        if (spec.required() && defaultValue.isEmpty()) {
          fields.fault(yaml, spec.name() + " is required, so it must have a value", "add value:");
        }
        defaultValue.ifPresent(it -> spec.targets().forEach(target -> fixed.put(target, it)));
        specs.remove(spec.name());
        return;
      }
      specs.put(
          spec.name(),
          spec.preset(
              fields.text(yaml, "description").orElse(spec.description()),
              defaultValue,
              spec.required() && given.isEmpty(),
              template(spec, yaml)));
    }

    // Which callers can then not set.
    private void value(InputSpec spec, Yaml yaml) {
      checked(spec, yaml)
          .ifPresent(value -> spec.targets().forEach(target -> fixed.put(target, value)));
      specs.remove(spec.name());
    }

    private Optional<JsonNode> checked(InputSpec spec, Yaml yaml) {
      InputValue.Checked checked = new InputValue(spec, false).check(yaml.json());
      if (checked instanceof Refused refused) {
        fields.fault(yaml, "The value of " + refused.detail(), "change it");
        return Optional.empty();
      }
      return Optional.of(((Accepted) checked).value());
    }

    private Optional<String> template(InputSpec spec, Yaml yaml) {
      List<String> written = new ArrayList<>(List.of("template", "prefix", "suffix"));
      written.removeIf(key -> yaml.child(key).isEmpty());
      if (written.isEmpty()) {
        return spec.template();
      }
      Yaml at = yaml.child(written.get(0)).orElse(yaml);
      if (spec.type() != InputType.STRING) {
        fields.fault(at, written.get(0) + " is for text, not " + spec.type().word(), "remove it");
      }
      if (written.contains("template") && written.size() > 1) {
        fields.fault(at, "A template and " + written.get(1) + " exclude each other", "keep one");
      }
      Optional<String> template = fields.text(yaml, "template");
      if (template.filter(text -> !text.contains(VALUE)).isPresent()) {
        fields.fault(
            at,
            "The template has no " + VALUE + ", so what callers give would be lost",
            "add it, or write value: instead of template:");
      }
      return template.or(
          () ->
              Optional.of(
                  fields.text(yaml, "prefix").orElse("")
                      + VALUE
                      + fields.text(yaml, "suffix").orElse("")));
    }
  }
}

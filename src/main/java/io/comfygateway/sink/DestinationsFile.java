package io.comfygateway.sink;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.FileFault;
import io.comfygateway.config.Suggestion;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import io.comfygateway.config.YamlReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reads {@code config/destinations.yaml}: {@code destinations:}, a mapping from name to {@code
 * sink}, {@code prefix}, {@code key}, {@code events} and the fields of the sink; and {@code
 * default:}, the destinations of jobs that name none; and {@code files:}, the fields of the bucket
 * that {@code GATEWAY_FILES} names. {@code docs/destinations.md} describes each.
 */
public final class DestinationsFile {
  /** The fields of the bucket in which outputs are stored first. */
  public static final String STORE = "files";

  private static final List<String> COMMON = List.of("sink", "prefix", "key", "events");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");
  private static final Pattern SINK = Pattern.compile("[a-z0-9-]{1,50}");
  private static final List<String> EVENTS =
      List.of("queued", "running", "succeeded", "failed", "cancelled");
  private static final String NAMES = "use letters, digits, ., _ and -";

  private final YamlFields fields;
  private final SecretReferences references;
  private final Set<String> sinks;
  private final Map<String, Destination> destinations = new LinkedHashMap<>();
  private final Set<String> ignored = new HashSet<>();
  private final List<DefaultName> named = new ArrayList<>();

  private DestinationsFile(YamlFields fields, SecretReferences references, Set<String> sinks) {
    this.fields = fields;
    this.references = references;
    this.sinks = new TreeSet<>(sinks);
  }

  /**
   * What a file says.
   *
   * @param destinations by name; of use only if there is no fault
   * @param defaults the destinations of jobs that name none
   * @param store the fields of the bucket that {@code GATEWAY_FILES} names, references replaced
   * @param faults what is wrong, each with its line, its field and what to do; never with a secret
   * @param files the files that it names
   * @param named the workflows and keys that the defaults are for
   * @param isEmpty whether it holds nothing but white space and comments
   */
  public record Reading(
      Map<String, Destination> destinations,
      DestinationDefaults defaults,
      ObjectNode store,
      List<FileFault> faults,
      Set<Path> files,
      List<DefaultName> named,
      boolean isEmpty) {}

  /**
   * Reads a file.
   *
   * @param environment what {@code ${NAME}} stands for
   * @param sinks the names of the sinks that there are
   * @throws IOException if the file cannot be read
   */
  public static Reading read(Path file, Map<String, String> environment, Set<String> sinks)
      throws IOException {
    return read(file, environment, sinks, Optional.empty());
  }

  /**
   * Reads a file.
   *
   * @param bucket the destination of the settings {@code GATEWAY_S3_*}, which is one of the result
   */
  static Reading read(
      Path file, Map<String, String> environment, Set<String> sinks, Optional<Destination> bucket)
      throws IOException {
    List<FileFault> faults = new ArrayList<>();
    YamlFields fields = new YamlFields(file.toString(), faults);
    Optional<Yaml> yaml = new YamlReader(file.toString(), faults).read(file);
    SecretReferences references =
        new SecretReferences(fields, environment, file.toAbsolutePath().resolveSibling(""));
    DestinationsFile reader = new DestinationsFile(fields, references, sinks);
    bucket.ifPresent(known -> reader.destinations.put(known.name(), known));
    DestinationDefaults defaults = DestinationDefaults.NONE;
    ObjectNode store = JsonNodeFactory.instance.objectNode();
    boolean isEmpty = faults.isEmpty() && yaml.isEmpty();
    if (faults.isEmpty()
        && yaml.filter(top -> fields.mapping(top, List.of("destinations", "default", STORE)))
            .isPresent()) {
      yaml.get()
          .child("destinations")
          .filter(list -> fields.mapping(list, list.children().keySet()))
          .ifPresent(list -> list.children().forEach(reader::one));
      defaults = yaml.get().child("default").map(reader::defaults).orElse(defaults);
      store = yaml.get().child(STORE).map(reader::store).orElse(store);
    }
    return new Reading(
        Map.copyOf(reader.destinations),
        defaults,
        store,
        List.copyOf(faults),
        Set.copyOf(references.filesRead()),
        List.copyOf(reader.named),
        isEmpty);
  }

  private ObjectNode store(Yaml yaml) {
    if (!fields.mapping(yaml, ShippedSinks.STORE_FIELDS)) {
      return JsonNodeFactory.instance.objectNode();
    }
    ObjectNode settings = (ObjectNode) references.resolved(yaml);
    ShippedSinks.bucket(yaml, settings, fields);
    return settings;
  }

  private void one(String name, Yaml yaml) {
    if (!NAME.matcher(name).matches()) {
      fields.fault(yaml, "This is not a name for a destination", NAMES);
      return;
    }
    if (destinations.containsKey(name)) {
      fields.fault(
          yaml, "This is the destination of GATEWAY_S3_BUCKET already", "give it another name");
      return;
    }
    if (!fields.mapping(yaml, yaml.children().keySet())) {
      return;
    }
    String sink = fields.text(yaml, "sink").orElse("");
    if (!SINK.matcher(sink).matches()) {
      fields.fault(
          yaml.child("sink").orElse(yaml),
          "The destination names no sink",
          "name one of the folder routes/sinks, such as sink: file");
      return;
    }
    if (!sinks.contains(sink)) {
      fields.fault(
          yaml.child("sink").orElse(yaml),
          "There is no sink \"" + sink + "\"" + Suggestion.didYouMean(sink, sinks),
          sinks.isEmpty()
              ? "put its route into the folder routes/sinks"
              : "use one of " + String.join(", ", sinks));
      // A default that names it is no fault of its own.
      ignored.add(name);
      return;
    }
    ObjectNode settings = (ObjectNode) references.resolved(yaml);
    settings.put("name", name);
    HeaderFields.check(yaml, settings, fields);
    ShippedSinks.check(sink, yaml, settings, COMMON, fields);
    destinations.put(
        name, new Destination(name, sink, events(yaml), prefix(yaml), key(yaml), settings));
  }

  private String prefix(Yaml yaml) {
    String prefix = fields.text(yaml, "prefix").orElse("");
    KeyTemplate.whyNoPrefix(prefix)
        .ifPresent(
            why -> fields.fault(yaml.child("prefix").orElse(yaml), "The prefix " + why, "fix it"));
    return KeyTemplate.folder(prefix);
  }

  private KeyTemplate key(Yaml yaml) {
    try {
      return fields.text(yaml, "key").map(KeyTemplate::of).orElse(KeyTemplate.STANDARD);
    } catch (IllegalArgumentException e) {
      fields.fault(
          yaml.child("key").orElse(yaml),
          String.valueOf(e.getMessage()),
          "a key is such as {date}/{job}-{index}.{extension}");
      return KeyTemplate.STANDARD;
    }
  }

  private Set<String> events(Yaml yaml) {
    Optional<Yaml> list = yaml.child("events");
    Set<String> events = new LinkedHashSet<>();
    list.map(Yaml::items)
        .orElse(List.of())
        .forEach(
            item -> {
              String event = item.json().asText();
              if (EVENTS.contains(event)) {
                events.add(event);
              } else {
                fields.fault(
                    item,
                    "There is no event \"" + event + "\"" + Suggestion.didYouMean(event, EVENTS),
                    "use " + String.join(", ", EVENTS));
              }
            });
    if (list.isPresent() && list.get().items().isEmpty()) {
      fields.fault(
          list.get(), "This must be a list of events", "write [succeeded, failed], or remove it");
    }
    return events;
  }

  private DestinationDefaults defaults(Yaml yaml) {
    if (!yaml.items().isEmpty()) {
      return new DestinationDefaults(names(yaml), Map.of(), Map.of());
    }
    if (!fields.mapping(yaml, List.of("all", "workflows", "keys"))) {
      return DestinationDefaults.NONE;
    }
    return new DestinationDefaults(
        yaml.child("all").map(this::names).orElse(List.of()),
        byName(yaml, "workflows"),
        byName(yaml, "keys"));
  }

  private Map<String, List<String>> byName(Yaml defaults, String field) {
    Map<String, List<String>> names = new HashMap<>();
    defaults
        .child(field)
        .filter(yaml -> fields.mapping(yaml, yaml.children().keySet()))
        .ifPresent(
            yaml ->
                yaml.children()
                    .forEach(
                        (name, list) -> {
                          names.put(name, names(list));
                          named.add(new DefaultName(field, name, list.line()));
                        }));
    return names;
  }

  private List<String> names(Yaml list) {
    List<String> names = new ArrayList<>();
    if (!list.json().isArray()) {
      fields.fault(list, "This must be a list of destinations", "write [archive]");
    }
    for (Yaml item : list.items()) {
      String name = item.json().asText();
      if (destinations.containsKey(name)) {
        names.add(name);
      } else if (!ignored.contains(name)) {
        fields.fault(
            item,
            "There is no destination \""
                + name
                + "\""
                + Suggestion.didYouMean(name, destinations.keySet()),
            "use one of " + String.join(", ", destinations.keySet()));
      }
    }
    return names;
  }
}

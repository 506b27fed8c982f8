package io.comfygateway.workflow;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.FileStamp;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import io.comfygateway.config.YamlReader;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of the node classes that graphs may use. It is read again when it has changed; a file
 * that has a fault, or is gone, leaves the rules as they are.
 */
public final class NodesFile {
  private static final Logger LOG = LoggerFactory.getLogger(NodesFile.class);
  private static final List<String> FIELDS = List.of("allow", "deny");

  private final Path file;
  private Optional<FileStamp> seen = Optional.empty();
  private NodeRules rules = new NodeRules(List.of(), Map.of());
  private volatile List<FileFault> faults = List.of();

  /** Reads the file; its faults are in {@link #faults()}. */
  public NodesFile(Path file) {
    this.file = file;
    rules();
  }

  /** What is wrong with the file, until it is fixed. */
  public List<FileFault> faults() {
    return faults;
  }

  /** The rules as the file says them now. */
  public synchronized NodeRules rules() {
    Optional<FileStamp> stamp = Optional.of(FileStamp.of(file));
    if (!stamp.equals(seen)) {
      List<FileFault> found = new ArrayList<>();
      Optional<NodeRules> read = read(found);
      if (found.isEmpty()) {
        rules = read.orElseThrow();
      } else {
        found.forEach(
            fault -> LOG.error("node rules not loaded, the previous ones apply: {}", fault));
      }
      faults = List.copyOf(found);
      // A change that comes while it is read is seen the next time.
      seen = stamp.filter(FileStamp.of(file)::equals);
    }
    return rules;
  }

  private Optional<NodeRules> read(List<FileFault> found) {
    try {
      Optional<Yaml> yaml = new YamlReader(file.toString(), found).read(file);
      return yaml.isEmpty()
          ? Optional.of(new NodeRules(List.of(), Map.of()))
          : yaml.map(root -> rules(root, new YamlFields(file.toString(), found)));
    } catch (NoSuchFileException e) {
      found.add(
          new FileFault(
              file.toString(),
              0,
              "",
              "There is no such file",
              "put the shipped one back, or name yours with GATEWAY_NODES_FILE; an empty one"
                  + " allows every node class"));
    } catch (IOException e) {
      found.add(
          new FileFault(
              file.toString(),
              0,
              "",
              "The file cannot be read (" + e.getClass().getSimpleName() + ")",
              "it must be UTF-8 text that this user may read"));
    }
    return Optional.empty();
  }

  private static NodeRules rules(Yaml root, YamlFields fields) {
    List<String> allow = new ArrayList<>();
    Map<String, String> deny = new LinkedHashMap<>();
    if (fields.mapping(root, FIELDS)) {
      root.child("allow").ifPresent(list -> allow.addAll(names(list, fields)));
      root.child("deny")
          .filter(it -> !it.json().isNull())
          .ifPresent(
              denied -> {
                if (fields.mapping(denied, denied.children().keySet())) {
                  denied.children().forEach((name, why) -> deny.put(name, reason(why, fields)));
                }
              });
    }
    return new NodeRules(allow, deny);
  }

  private static List<String> names(Yaml list, YamlFields fields) {
    if (list.json().isNull()) {
      return List.of();
    }
    if (!list.json().isArray()) {
      fields.fault(list, "This must be a list", "write it as - Class lines");
    }
    list.items().stream()
        .filter(item -> !item.json().isTextual() || item.json().asText().isBlank())
        .forEach(item -> fields.fault(item, "This is no name of a node class", "put it in quotes"));
    return list.items().stream().map(item -> item.json().asText()).toList();
  }

  private static String reason(Yaml why, YamlFields fields) {
    if (!why.json().isTextual() || why.json().asText().isBlank()) {
      fields.fault(why, "A denied class needs a reason", "write what it could do: callers see it");
    }
    return why.json().asText().strip().replaceAll("\\.$", "");
  }
}

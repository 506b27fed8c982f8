package io.comfygateway.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces the references in the fields of a destination: {@code ${NAME}} by an environment
 * variable, {@code {file: path}} by the text of a file. A secret must be such a reference.
 */
final class SecretReferences {
  private static final int LARGEST_FILE = 65_536;
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
  private static final Pattern SECRET =
      Pattern.compile(
          ".*(?:password|passphrase|secret|token|authorization|cookie|credential"
              + "|(?:api|account|private|secret|shared)[-_]?key|sas|(?:sas|connection)[-_](?:url|string))");
  private static final Pattern USER_INFO = Pattern.compile("^[a-z][a-z0-9+.-]*://[^/@]*:[^/@]*@.*");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final String FILE = "file";

  private final YamlFields fields;
  private final Map<String, String> environment;
  private final Path folder;
  private final Set<Path> filesRead = new HashSet<>();

  SecretReferences(YamlFields fields, Map<String, String> environment, Path folder) {
    this.fields = fields;
    this.environment = environment;
    this.folder = folder;
  }

  /** The files that were read, so that a change of one is noticed. */
  Set<Path> filesRead() {
    return filesRead;
  }

  /** The value with its references replaced; what is wrong is noted without a secret. */
  JsonNode resolved(Yaml value) {
    if (isFileReference(value)) {
      return file(value.child(FILE).orElseThrow());
    }
    if (!value.children().isEmpty()) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      value.children().forEach((key, child) -> object.set(key, resolved(child)));
      return object;
    }
    if (!value.items().isEmpty()) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      value.items().forEach(item -> array.add(resolved(item)));
      return array;
    }
    return value.json().isTextual() ? text(value) : value.json();
  }

  private static boolean isFileReference(Yaml value) {
    return value.children().size() == 1
        && value.child(FILE).filter(file -> file.json().isTextual()).isPresent();
  }

  private JsonNode text(Yaml value) {
    String text = value.json().asText();
    boolean isReference = VARIABLE.matcher(text).find();
    String name = value.path().substring(value.path().lastIndexOf('.') + 1);
    if (!isReference
        && (SECRET.matcher(name.toLowerCase(Locale.ROOT)).matches()
            || USER_INFO.matcher(text).matches())) {
      fields.fault(
          value,
          "This file contains a secret",
          "refer to it: ${NAME} for an environment variable, or {file: /run/secrets/name}");
      return value.json();
    }
    StringBuilder whole = new StringBuilder();
    Matcher variable = VARIABLE.matcher(text);
    while (variable.find()) {
      String found = environment.getOrDefault(variable.group(1), "");
      if (found.isEmpty()) {
        fields.fault(
            value,
            "The environment variable " + variable.group(1) + " is not set",
            "set it, or remove it here");
      } else if (CONTROL.matcher(found).find()) {
        fields.fault(
            value,
            "The environment variable " + variable.group(1) + " holds a line break or the like",
            "remove it there");
      }
      variable.appendReplacement(whole, Matcher.quoteReplacement(found));
    }
    return JsonNodeFactory.instance.textNode(variable.appendTail(whole).toString());
  }

  private JsonNode file(Yaml at) {
    Path file = folder.resolve(at.json().asText());
    filesRead.add(file);
    try {
      if (Files.size(file) > LARGEST_FILE) {
        fields.fault(at, "The file " + file + " is larger than 64 KiB", "name the right one");
        return JsonNodeFactory.instance.textNode("");
      }
      return JsonNodeFactory.instance.textNode(Files.readString(file).strip());
    } catch (IOException e) {
      fields.fault(
          at,
          "The file " + file + " cannot be read (" + e.getClass().getSimpleName() + ")",
          "name a file that this user may read; a path begins at this file's folder");
      return JsonNodeFactory.instance.textNode("");
    }
  }
}

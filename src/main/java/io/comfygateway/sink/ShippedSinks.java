package io.comfygateway.sink;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import io.comfygateway.tls.Pem;
import io.comfygateway.tls.UnusablePemException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The fields that the shipped sinks know, and what each must be. */
final class ShippedSinks {
  private static final List<String> S3_FIELDS =
      List.of(
          "bucket",
          "endpoint",
          "region",
          "path-style",
          "access-key",
          "secret-key",
          "session-token",
          "storage-class",
          "acl",
          "encryption",
          "kms-key",
          "part-size-mb",
          "ca");

  /** The fields of the bucket in which outputs are stored first, whose name is in a setting. */
  static final List<String> STORE_FIELDS =
      S3_FIELDS.stream().filter(field -> !"bucket".equals(field)).toList();

  private static final Map<String, List<String>> FIELDS =
      Map.of(
          "file", List.of("path"),
          "s3", S3_FIELDS,
          "http", List.of("url", "method", "headers", "username", "password", "ca", "mkcol"));
  private static final Map<String, String> REQUIRED =
      Map.of("file", "path", "http", "url", "s3", "bucket");
  private static final int SMALLEST_PART = 5;
  private static final Set<String> METHODS = Set.of("PUT", "POST");

  private ShippedSinks() {}

  /**
   * Notes what is wrong with the fields of a destination. A sink that is not shipped knows itself
   * what it needs.
   *
   * @param common the fields of every destination
   * @param settings the fields with their references replaced
   */
  static void check(
      String sink, Yaml yaml, ObjectNode settings, List<String> common, YamlFields fields) {
    switch (sink) {
      case AzureFields.SINK -> AzureFields.check(yaml, settings, common, fields);
      case SftpFields.SINK -> SftpFields.check(yaml, settings, common, fields);
      default -> ofTable(sink, yaml, settings, common, fields);
    }
  }

  private static void ofTable(
      String sink, Yaml yaml, ObjectNode settings, List<String> common, YamlFields fields) {
    if (!FIELDS.containsKey(sink)) {
      return;
    }
    List<String> known = new ArrayList<>(common);
    known.addAll(FIELDS.get(sink));
    fields.mapping(yaml, known);
    String required = REQUIRED.getOrDefault(sink, "");
    if (!settings.path(required).isTextual() || settings.path(required).asText().isEmpty()) {
      fields.fault(
          yaml.child(required).orElse(yaml),
          "The sink %s needs the text %s".formatted(sink, required),
          "add it");
    } else if ("file".equals(sink)) {
      path(yaml.child("path").orElse(yaml), settings.path("path").asText(), fields);
    } else if ("s3".equals(sink)) {
      bucket(yaml, settings, fields);
    } else {
      url(yaml.child("url").orElse(yaml), settings.path("url").asText(), fields);
      method(yaml, settings, fields);
      fields.bool(yaml, "mkcol");
      certificates(yaml, settings, fields);
    }
  }

  private static void path(Yaml at, String path, YamlFields fields) {
    if (!Path.of(path).isAbsolute() || !Path.of(path).normalize().equals(Path.of(path))) {
      fields.fault(
          at, "The path is not absolute, or has . or .. in it", "write it as /mnt/archive");
    }
  }

  static void url(Yaml at, String url, YamlFields fields) {
    try {
      URI parsed = URI.create(url.replace("{key}", "key"));
      String scheme = String.valueOf(parsed.getScheme());
      if (Set.of("http", "https").contains(scheme)
          && parsed.getHost() != null
          && parsed.getUserInfo() == null
          && parsed.getFragment() == null) {
        return;
      }
    } catch (IllegalArgumentException e) {
      // Reported below, without the text: it may hold a secret.
    }
    fields.fault(
        at,
        "This is not a URL of the form https://host/path",
        "write one; a username and a password have fields of their own");
  }

  /** Notes what is wrong with the fields of a bucket. */
  static void bucket(Yaml yaml, ObjectNode settings, YamlFields fields) {
    if (settings.has("endpoint")) {
      url(yaml.child("endpoint").orElse(yaml), settings.path("endpoint").asText(), fields);
    }
    fields.bool(yaml, "path-style");
    if (fields.count(yaml, "part-size-mb").orElse(SMALLEST_PART) < SMALLEST_PART) {
      fields.fault(
          yaml.child("part-size-mb").orElse(yaml), "A part has 5 MB at least", "use 64, the usual");
    }
    if (settings.has("access-key") != settings.has("secret-key")) {
      fields.fault(yaml, "access-key and secret-key belong together", "set both, or neither");
    }
    if (settings.has("session-token") && !settings.has("secret-key")) {
      fields.fault(yaml, "session-token belongs to access-key and secret-key", "set all three");
    }
    if (settings.has("kms-key") && !settings.path("encryption").asText().startsWith("aws:kms")) {
      fields.fault(yaml, "kms-key needs encryption: aws:kms", "add it");
    }
    certificates(yaml, settings, fields);
  }

  private static void certificates(Yaml yaml, ObjectNode settings, YamlFields fields) {
    if (settings.has("ca")) {
      try {
        Pem.certificates(settings.path("ca").asText());
      } catch (UnusablePemException e) {
        fields.fault(yaml.child("ca").orElse(yaml), String.valueOf(e.getMessage()), e.remedy());
      }
    }
  }

  private static void method(Yaml yaml, ObjectNode settings, YamlFields fields) {
    if (settings.has("method") && !METHODS.contains(settings.path("method").asText())) {
      fields.fault(yaml.child("method").orElse(yaml), "The method is not known", "use PUT or POST");
    }
    if (settings.has("username") != settings.has("password")) {
      fields.fault(yaml, "username and password belong together", "set both, or neither");
    }
  }
}

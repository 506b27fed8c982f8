package io.comfygateway.sink;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import java.util.ArrayList;
import java.util.List;

/** The fields of the sink {@code sftp}. */
final class SftpFields {
  static final String SINK = "sftp";
  private static final int LARGEST_PORT = 65_535;
  private static final List<String> FIELDS =
      List.of(
          "host",
          "port",
          "username",
          "password",
          "private-key",
          "passphrase",
          "known-hosts",
          "host-key",
          "path");

  private SftpFields() {}

  /** Notes what is wrong, never with a secret. */
  static void check(Yaml yaml, ObjectNode settings, List<String> common, YamlFields fields) {
    List<String> known = new ArrayList<>(common);
    known.addAll(FIELDS);
    if (!fields.mapping(yaml, known)) {
      return;
    }
    if (!settings.path("host").asText().matches("[A-Za-z0-9._-]{1,253}|[0-9a-fA-F:]{2,39}")) {
      fields.fault(
          yaml.child("host").orElse(yaml),
          "The sink sftp needs the name or address of a host",
          "add it as host: nas.example.org; a port has the field port");
    }
    if (settings.path("username").asText().isEmpty()) {
      fields.fault(yaml, "The sink sftp needs the text username", "add it");
    }
    if (fields.count(yaml, "port").orElse(1) > LARGEST_PORT) {
      fields.fault(yaml.child("port").orElse(yaml), "This is not a port", "use 22, the usual");
    }
    if (settings.has("password") == settings.has("private-key")) {
      fields.fault(yaml, "The sink sftp needs one credential", "set one of password, private-key");
    }
    if (settings.has("passphrase") && !settings.has("private-key")) {
      fields.fault(yaml, "passphrase belongs to private-key", "set both, or remove it");
    }
    hostKey(yaml, settings, fields);
    path(yaml, settings, fields);
  }

  private static void hostKey(Yaml yaml, ObjectNode settings, YamlFields fields) {
    if (settings.has("known-hosts") == settings.has("host-key")) {
      fields.fault(
          yaml,
          "The sink sftp needs one of known-hosts, host-key",
          "write what ssh-keyscan says to a file, compare it with the server, and name the file:"
              + " known-hosts: {file: known_hosts}");
    }
    String key = settings.path("host-key").asText();
    if (settings.has("host-key") && !key.matches("[a-z0-9@.-]+ [A-Za-z0-9+/]{20,}=*( .*)?")) {
      fields.fault(
          yaml.child("host-key").orElse(yaml),
          "This is not a public key of the form ssh-ed25519 AAAA…",
          "write a line of ssh-keyscan without the name of the host");
    }
  }

  private static void path(Yaml yaml, ObjectNode settings, YamlFields fields) {
    String path = settings.path("path").asText();
    if (("/" + path + "/").contains("/../") || ("/" + path + "/").contains("/./")) {
      fields.fault(
          yaml.child("path").orElse(yaml),
          "The path has . or .. in it",
          "write it as /upload, or as upload for a folder in the user's home");
    }
  }
}

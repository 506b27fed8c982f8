package io.comfygateway.pool;

import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import io.comfygateway.tls.Pem;
import io.comfygateway.tls.UnusablePemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes the {@code credentials} and the {@code tls} of a backend out of its file. What is wrong is
 * told without the values, since they are secrets.
 */
final class SecretFields {
  // A field name of HTTP (RFC 9110, section 5.6.2).
  private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final Set<String> OURS =
      Set.of("host", "content-length", "content-type", "transfer-encoding", "connection");

  private final YamlFields fields;
  private final Map<String, String> environment;
  private final Path folder;
  private final Set<Path> filesRead = new HashSet<>();

  SecretFields(YamlFields fields, Map<String, String> environment, Path folder) {
    this.fields = fields;
    this.environment = environment;
    this.folder = folder;
  }

  Set<Path> filesRead() {
    return filesRead;
  }

  /** A text with the values of its {@code ${NAME}}; empty where one is not set. */
  Optional<String> resolved(Yaml at, String text) {
    StringBuilder whole = new StringBuilder();
    Matcher matcher = VARIABLE.matcher(text);
    while (matcher.find()) {
      String value = environment.getOrDefault(matcher.group(1), "");
      if (value.isEmpty()) {
        fields.fault(
            at,
            "The environment variable " + matcher.group(1) + " is not set",
            "set it, or take it out here");
        return Optional.empty();
      }
      matcher.appendReplacement(whole, Matcher.quoteReplacement(value));
    }
    return Optional.of(matcher.appendTail(whole).toString());
  }

  private Optional<String> secret(Yaml parent, String key) {
    Optional<Yaml> at = parent.child(key);
    if (at.isEmpty()) {
      return Optional.empty();
    }
    if (!at.get().json().isTextual() || at.get().json().asText().isEmpty()) {
      fields.fault(at.get(), "This must be text", "put it in quotes, or name a variable: ${NAME}");
      return Optional.empty();
    }
    Optional<String> value = resolved(at.get(), at.get().json().asText());
    if (value.filter(text -> CONTROL.matcher(text).find()).isPresent()) {
      fields.fault(at.get(), "It contains a control character, such as a line break", "remove it");
      return Optional.empty();
    }
    return value;
  }

  BackendCredentials credentials(Yaml backend) {
    Optional<Yaml> found = backend.child("credentials");
    if (found.isEmpty()
        || !fields.mapping(found.get(), List.of("bearer", "basic", "token", "headers"))) {
      return BackendCredentials.NONE;
    }
    Yaml yaml = found.get();
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    yaml.child("headers").ifPresent(list -> headers(list, headers));
    secret(yaml, "bearer").ifPresent(token -> headers.put("Authorization", "Bearer " + token));
    yaml.child("basic")
        .filter(basic -> fields.mapping(basic, List.of("username", "password")))
        .ifPresent(basic -> basic(basic, headers));
    if (yaml.child("bearer").isPresent() && yaml.child("basic").isPresent()) {
      fields.fault(
          yaml,
          "bearer and basic are both sent as the header Authorization",
          "keep one; with basic, set the token of ComfyUI-Login as token");
    }
    return new BackendCredentials(headers, secret(yaml, "token"));
  }

  private void basic(Yaml yaml, Map<String, String> headers) {
    Optional<String> username = secret(yaml, "username");
    Optional<String> password = secret(yaml, "password");
    if (yaml.child("username").isEmpty() || yaml.child("password").isEmpty()) {
      fields.fault(yaml, "It needs a username and a password", "add what is missing");
    } else if (username.isPresent() && password.isPresent()) {
      headers.put("Authorization", BackendCredentials.basic(username.get(), password.get()));
    }
  }

  private void headers(Yaml yaml, Map<String, String> headers) {
    if (!fields.mapping(yaml, yaml.children().keySet())) {
      return;
    }
    yaml.children()
        .forEach(
            (name, value) -> {
              if (!HEADER.matcher(name).matches() || OURS.contains(name.toLowerCase(Locale.ROOT))) {
                fields.fault(value, "This header cannot be set", "name another, such as X-Auth");
              } else {
                secret(yaml, name).ifPresent(text -> headers.put(name, text));
              }
            });
  }

  Optional<BackendTls> tls(Yaml backend, boolean secure) {
    Optional<Yaml> found = backend.child("tls");
    if (found.isEmpty() || !fields.mapping(found.get(), List.of("trust", "certificate", "key"))) {
      return Optional.empty();
    }
    Yaml yaml = found.get();
    if (!secure) {
      fields.fault(yaml, "tls applies only to an https url", "change the url, or remove tls");
    }
    Optional<String> trust = pem(yaml, "trust").filter(pem -> isTrustable(yaml, pem));
    Optional<String> certificate = pem(yaml, "certificate");
    Optional<String> key = pem(yaml, "key");
    if (yaml.child("certificate").isPresent() != yaml.child("key").isPresent()) {
      fields.fault(yaml, "certificate and key belong together", "set both, or neither");
    }
    Optional<BackendTls.Identity> identity =
        certificate
            .flatMap(text -> key.map(secret -> new BackendTls.Identity(text, secret)))
            .filter(it -> isUsable(yaml, it));
    return Optional.of(new BackendTls(trust, identity));
  }

  private boolean isTrustable(Yaml yaml, String pem) {
    try {
      Pem.certificates(pem);
      return true;
    } catch (UnusablePemException e) {
      unusable(yaml, "trust", e);
      return false;
    }
  }

  private boolean isUsable(Yaml yaml, BackendTls.Identity identity) {
    try {
      Pem.certifiedKey(identity.certificates(), identity.key());
      return true;
    } catch (UnusablePemException e) {
      unusable(yaml, e.isOfKey() ? "key" : "certificate", e);
      return false;
    }
  }

  private void unusable(Yaml yaml, String key, UnusablePemException e) {
    Yaml at = yaml.child(key).orElse(yaml);
    fields.fault(
        at,
        "The file %s cannot be used: %s"
            .formatted(folder.resolve(resolved(at, at.json().asText()).orElse("")), e.getMessage()),
        e.remedy());
  }

  private Optional<String> pem(Yaml yaml, String key) {
    Optional<String> name =
        fields.text(yaml, key).flatMap(text -> resolved(yaml.child(key).orElse(yaml), text));
    if (name.isEmpty()) {
      return Optional.empty();
    }
    Yaml at = yaml.child(key).orElse(yaml);
    Path file = folder.resolve(name.get());
    filesRead.add(file);
    try {
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      fields.fault(
          at,
          "The file " + file + " cannot be read (" + e.getClass().getSimpleName() + ")",
          "name a PEM file that this user may read; a path begins at this file's folder");
      return Optional.empty();
    }
  }
}

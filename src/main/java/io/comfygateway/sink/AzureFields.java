package io.comfygateway.sink;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The fields of the sink {@code azure}. */
final class AzureFields {
  static final String SINK = "azure";
  private static final List<String> CREDENTIALS =
      List.of("account-key", "connection-string", "sas-token", "sas-url");
  private static final List<String> FIELDS = List.of("account", "container", "endpoint");

  private AzureFields() {}

  /** Notes what is wrong, never with a secret. */
  static void check(Yaml yaml, ObjectNode settings, List<String> common, YamlFields fields) {
    List<String> known = new ArrayList<>(common);
    known.addAll(FIELDS);
    known.addAll(CREDENTIALS);
    if (!fields.mapping(yaml, known)) {
      return;
    }
    List<String> given = CREDENTIALS.stream().filter(settings::has).toList();
    if (given.size() != 1) {
      fields.fault(
          yaml,
          "The sink azure needs one credential",
          "set one of " + String.join(", ", CREDENTIALS));
      return;
    }
    String credential = given.get(0);
    Yaml at = yaml.child(credential).orElse(yaml);
    String text = settings.path(credential).asText();
    if ("sas-url".equals(credential)) {
      sasUrl(at, text, fields);
      return;
    }
    if (settings.path("container").asText().isEmpty()) {
      fields.fault(yaml, "The sink azure needs the text container", "add it");
    }
    if (settings.has("endpoint")) {
      ShippedSinks.url(
          yaml.child("endpoint").orElse(yaml), settings.path("endpoint").asText(), fields);
    }
    switch (credential) {
      case "connection-string" -> connectionString(at, text, fields);
      case "account-key" -> {
        account(yaml, settings, false, fields);
        key(at, text, fields);
      }
      default -> account(yaml, settings, true, fields);
    }
  }

  private static void account(
      Yaml yaml, ObjectNode settings, boolean orEndpoint, YamlFields fields) {
    if (!settings.has("account") && !(orEndpoint && settings.has("endpoint"))) {
      fields.fault(
          yaml, "The sink azure needs the name of the storage account", "add it as account");
    }
  }

  private static void key(Yaml at, String key, YamlFields fields) {
    try {
      Base64.getDecoder().decode(key);
    } catch (IllegalArgumentException e) {
      fields.fault(at, "The account key is not Base64", "copy it anew from the Azure portal");
    }
  }

  private static void connectionString(Yaml at, String text, YamlFields fields) {
    boolean hasEndpoint = text.contains("BlobEndpoint=") || text.contains("AccountName=");
    boolean hasSecret = text.contains("AccountKey=") || text.contains("SharedAccessSignature=");
    if (!hasEndpoint || !hasSecret) {
      fields.fault(
          at,
          "This is not a connection string of a storage account",
          "copy it from the Azure portal; it has AccountName=…;AccountKey=…");
    }
  }

  private static void sasUrl(Yaml at, String url, YamlFields fields) {
    ShippedSinks.url(at, url, fields);
    if (!url.matches("https?://[^/?]+/[^?]+\\?.*\\bsig=.+")) {
      fields.fault(
          at,
          "This is not the SAS URL of a container",
          "make one that may create and write: https://account.blob.core.windows.net/container?…");
    }
  }
}

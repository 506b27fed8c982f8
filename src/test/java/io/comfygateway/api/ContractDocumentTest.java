package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ContractDocumentTest {
  private static final DoorDocuments DOORS = new DoorDocuments(Path.of("routes"), List.of("modal"));

  private static ContractDocument of(String keyHeader, String url) {
    Optional<URI> publicUrl = Optional.of(url).filter(it -> !it.isEmpty()).map(URI::create);
    return new ContractDocument(new ObjectMapper(), DOORS, keyHeader, publicUrl);
  }

  @Test
  void it_has_the_URL_of_the_gateway_with_its_path_and_the_header_of_its_keys() {
    JsonNode document = of("X-Studio-Key", "https://example.com/comfy").shipped();

    assertThat(document.at("/servers/0/url").asText()).isEqualTo("https://example.com/comfy");
    assertThat(document.path("servers")).hasSize(1);
    assertThat(document.at("/components/securitySchemes/apiKey/name").asText())
        .isEqualTo("X-Studio-Key");
  }

  @Test
  void without_a_URL_the_paths_are_those_of_the_server_that_the_document_comes_from() {
    JsonNode document = of("X-API-Key", "").shipped();

    assertThat(document.at("/servers/0/url").asText()).isEqualTo("/");
    assertThat(document.at("/components/securitySchemes/apiKey/name").asText())
        .isEqualTo("X-API-Key");
  }

  @Test
  void only_the_whole_document_has_the_operations_of_doors() {
    ContractDocument contract = of("X-API-Key", "");

    assertThat(contract.withDoors().path("paths").has("/modal/{workflow}")).isTrue();
    assertThat(contract.shipped().path("paths").has("/modal/{workflow}")).isFalse();
  }
}

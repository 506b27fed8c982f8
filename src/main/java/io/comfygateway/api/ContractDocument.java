package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;

/** The contract as this gateway serves it: the shipped one with what the settings change in it. */
public final class ContractDocument {
  private static final String SHIPPED = "/openapi.json";

  private final ObjectMapper json;
  private final DoorDocuments doors;
  private final String keyHeader;
  private final Optional<URI> publicUrl;

  /**
   * Makes it.
   *
   * @param doors what doors add
   * @param keyHeader the header of the key
   * @param publicUrl the URL of the gateway for callers, where it is set
   */
  public ContractDocument(
      ObjectMapper json, DoorDocuments doors, String keyHeader, Optional<URI> publicUrl) {
    this.json = json;
    this.doors = doors;
    this.keyHeader = keyHeader;
    this.publicUrl = publicUrl;
  }

  /** The contract without doors. */
  ObjectNode shipped() {
    try (InputStream in = ContractDocument.class.getResourceAsStream(SHIPPED)) {
      ObjectNode contract = json.readValue(Objects.requireNonNull(in), ObjectNode.class);
      contract.withObject("/components/securitySchemes/apiKey").put("name", keyHeader);
      publicUrl.ifPresent(url -> contract.withObject("/servers/0").put("url", url.toString()));
      return contract;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The contract with what the doors add that are switched on. */
  ObjectNode withDoors() {
    ObjectNode contract = shipped();
    doors.addTo(contract);
    return contract;
  }
}

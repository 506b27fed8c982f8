package io.comfygateway.sink;

import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.models.BlobHttpHeaders;
import com.azure.storage.blob.models.Block;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.apache.camel.component.azure.storage.blob.BlobConstants;
import org.apache.camel.spi.Registry;

/** What the sink {@code azure} needs besides Camel's component: clients, and blocks of files. */
public final class AzureBlobs {
  private final Duration timeout;
  private final Map<String, Opened> opened = new HashMap<>();
  private long changes;

  private record Opened(String reference, JsonNode settings) {}

  /**
   * Makes it.
   *
   * @param timeout how long one request may take
   */
  public AzureBlobs(Duration timeout) {
    this.timeout = timeout;
  }

  /**
   * Names the blob, and sets {@code client} to the name under which Camel finds the client of the
   * destination, so that no credential is in the URI of an endpoint.
   */
  public void open(
      Exchange exchange,
      @ExchangeProperty("destination") ObjectNode settings,
      @Header("GatewayKey") String key,
      @Header(Exchange.CONTENT_TYPE) String type) {
    AzureAccount account = AzureAccount.of(settings);
    exchange.setProperty(
        "client", reference(exchange.getContext().getRegistry(), settings, account));
    Message message = exchange.getMessage();
    message.setHeader(BlobConstants.BLOB_CONTAINER_NAME, account.container());
    message.setHeader(BlobConstants.BLOB_NAME, key);
    message.setHeader(BlobConstants.BLOB_HTTP_HEADERS, new BlobHttpHeaders().setContentType(type));
    message.setHeader("GatewayLocation", "azure://" + account.container() + "/" + key);
  }

  private synchronized String reference(
      Registry registry, ObjectNode settings, AzureAccount account) {
    String name = settings.path("name").asText();
    Opened before = opened.get(name);
    if (before != null && before.settings().equals(settings)) {
      return before.reference();
    }
    changes++;
    Opened now = new Opened("azure-" + name + "-" + changes, settings.deepCopy());
    registry.bind(now.reference(), BlobServiceClient.class, account.client(timeout));
    opened.put(name, now);
    if (before != null) {
      registry.unbind(before.reference());
    }
    return now.reference();
  }

  /**
   * The blocks of a large file, one after the other; one of them is in memory. Sets {@code blocks}
   * to the list of those that were taken.
   */
  public Iterator<?> blocks(Exchange exchange, @Body InputStream file) {
    List<Block> taken = new ArrayList<>();
    exchange.setProperty("blocks", taken);
    return new FileBlocks(file, taken);
  }
}

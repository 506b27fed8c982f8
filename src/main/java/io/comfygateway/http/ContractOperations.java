package io.comfygateway.http;

import io.comfygateway.route.Contract;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.component.rest.openapi.DefaultRestOpenapiProcessorStrategy;
import org.apache.camel.support.processor.RestBindingAdvice;

/**
 * Passes a request to the route of its operation. Camel sets the parameters of the path as they are
 * written, {@code %40} for {@code @} (seen at 4.17.0); the route gets them decoded.
 */
public final class ContractOperations extends DefaultRestOpenapiProcessorStrategy {
  @Override
  public boolean process(
      OpenAPI document,
      Operation operation,
      String method,
      String path,
      RestBindingAdvice binding,
      Exchange exchange,
      AsyncCallback callback) {
    Contract.Match match =
        exchange.getProperty(GatewayHttpConsumer.CONTRACT_MATCH, Contract.Match.class);
    if (match != null) {
      exchange.getMessage().getHeaders().putAll(match.values());
    }
    return super.process(document, operation, method, path, binding, exchange, callback);
  }
}

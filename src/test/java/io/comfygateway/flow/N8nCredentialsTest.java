package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The template of one node, with each way to authenticate that n8n's own Webhook node offers. */
class N8nCredentialsTest extends InN8n {
  private static final String REQUEST = "Make a picture";
  private static final String JWT_SECRET = "0123456789abcdef0123456789abcdef";

  private TestGateway gateway(Path folder, Map<String, String> settings) {
    return TestGateway.start(folder, stage.comfy().url(), settings).ready();
  }

  private ObjectNode workflow(TestGateway gateway) throws Exception {
    ObjectNode workflow = n8n.importTemplate("04-one-node.json");
    N8nEditor.configure(workflow, Map.of("gateway_url", gateway.url()));
    return workflow;
  }

  private ObjectNode workflow(TestGateway gateway, String type, Map<String, String> credential)
      throws Exception {
    ObjectNode workflow = workflow(gateway);
    ObjectNode request = N8nEditor.node(workflow, REQUEST);
    ((ObjectNode) request.path("parameters")).put("genericAuthType", type);
    request.set("credentials", n8n.credential("The gateway by " + type, type, credential));
    return workflow;
  }

  private ObjectNode withoutCredential(TestGateway gateway) throws Exception {
    ObjectNode workflow = workflow(gateway);
    ObjectNode parameters = (ObjectNode) N8nEditor.node(workflow, REQUEST).path("parameters");
    parameters.put("authentication", "none").remove("genericAuthType");
    return workflow;
  }

  /** As docs/n8n.md says: a JWT node signs, and the request has its token in a header. */
  private ObjectNode withJwt(TestGateway gateway, String secret) throws Exception {
    ObjectNode workflow = withoutCredential(gateway);
    ObjectNode request = N8nEditor.node(workflow, REQUEST);
    ObjectNode sign = request.deepCopy();
    sign.put("id", "sign").put("name", "Sign");
    sign.put("type", "n8n-nodes-base.jwt").put("typeVersion", 1);
    sign.set(
        "credentials",
        n8n.credential(
            "The gateway by JWT",
            "jwtAuth",
            Map.of("keyType", "passphrase", "secret", secret, "algorithm", "HS256")));
    sign.putObject("parameters").put("useJson", true).put("claimsJson", documentedClaims());
    ((ArrayNode) workflow.path("nodes")).add(sign);
    ((ArrayNode) request.at("/parameters/headerParameters/parameters"))
        .addObject()
        .put("name", "Authorization")
        .put("value", "=Bearer {{ $json.token }}");
    ObjectNode connections = (ObjectNode) workflow.path("connections");
    connections.set("Sign", connections.path("Config").deepCopy());
    ((ObjectNode) connections.at("/Config/main/0/0")).put("node", "Sign");
    return workflow;
  }

  private static String documentedClaims() throws Exception {
    Matcher claims =
        Pattern.compile("```json\n(\\{ *\"iss\".*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("docs/n8n.md")));
    assertThat(claims.find()).isTrue();
    return "=" + claims.group(1).strip();
  }

  private N8nExecution execute(ObjectNode workflow) {
    return n8n.awaitEnd(n8n.execute(n8n.save(workflow), N8nEditor.MANUAL));
  }

  private void assertPicture(ObjectNode workflow) throws Exception {
    N8nExecution ended = execute(workflow);

    assertThat(ended.status()).as(ended.lastNode() + ": " + ended.error()).isEqualTo("success");
    JsonNode item = ended.items(REQUEST).get(0);
    JsonNode file = item.at("/binary/data");
    assertThat(file.path("mimeType").asText()).isEqualTo("image/png");
    assertThat(N8nStage.sha256(n8n.file(item)))
        .isEqualTo(stage.drawn(file.path("fileName").asText()));
  }

  private void assertRefused(ObjectNode workflow) {
    N8nExecution ended = execute(workflow);

    assertThat(ended.status()).isEqualTo("error");
    assertThat(ended.lastNode()).isEqualTo(REQUEST);
    assertThat(ended.data().at("/resultData/error/httpCode").asText()).isEqualTo("401");
  }

  @Test
  void header_auth_may_keep_the_name_of_its_header(@TempDir Path folder) throws Exception {
    try (TestGateway gateway = gateway(folder, Map.of("gateway.auth-header", "X-My-Webhook"))) {
      assertPicture(
          workflow(
              gateway, "httpHeaderAuth", Map.of("name", "X-My-Webhook", "value", TestGateway.KEY)));
    }
  }

  @Test
  void basic_auth_has_the_key_as_its_password() throws Exception {
    assertPicture(
        workflow(
            stage.gateway(),
            "httpBasicAuth",
            Map.of("user", "alice", "password", TestGateway.KEY)));
    assertRefused(
        workflow(
            stage.gateway(), "httpBasicAuth", Map.of("user", "alice", "password", "not-a-key")));
  }

  @Test
  void bearer_auth_has_the_key_as_its_token() throws Exception {
    assertPicture(workflow(stage.gateway(), "httpBearerAuth", Map.of("token", TestGateway.KEY)));
  }

  @Test
  void a_jwt_is_signed_by_the_node_before(@TempDir Path folder) throws Exception {
    Map<String, String> settings =
        Map.of(
            "gateway.jwt.secret", JWT_SECRET,
            "gateway.jwt.issuer", "n8n",
            "gateway.jwt.audience", "comfyui-gateway");
    try (TestGateway gateway = gateway(folder, settings)) {
      assertPicture(withJwt(gateway, JWT_SECRET));
      assertRefused(withJwt(gateway, JWT_SECRET.replace('0', '1')));
    }
  }

  @Test
  void no_credential_is_needed_where_the_gateway_asks_for_none(@TempDir Path folder)
      throws Exception {
    try (TestGateway gateway = gateway(folder, Map.of("gateway.auth", "none"))) {
      assertPicture(withoutCredential(gateway));
    }
    assertRefused(withoutCredential(stage.gateway()));
  }
}

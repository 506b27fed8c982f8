package io.comfygateway.flow;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.SameSiteAttribute;
import com.sun.net.httpserver.HttpServer;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who gets into the console in a real browser, and what other pages can do with that. */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleSignInTest {
  @RegisterExtension static final ConsoleBrowser BROWSER = new ConsoleBrowser();

  private static final String EVIL =
      """
      <!doctype html><title>begun</title>
      <body><iframe name="frame" src="TARGET/"></iframe><iframe name="answer"></iframe>
      <form method="post" action="TARGET/webhook/smoke" enctype="text/plain" target="answer">
        <input name='{"inputs":{"width":64,"height":64},"metadata":{"a":"' value='"}}'></form>
      <iframe name="answer2"></iframe>
      <form method="post" action="TARGET/webhook/smoke" enctype="multipart/form-data" target="answer2">
        <input name="width" value="64"></form>
      <iframe name="answer3"></iframe>
      <form method="post" action="TARGET/jobs/OWN/retry" target="answer3"></form>
      <script>
      const seen = [];
      const send = (path, options) => fetch('TARGET' + path, {credentials: 'include', ...options})
        .then(async (answer) => answer.type === 'opaque' || seen.push(path, await answer.text()), () => {});
      const body = '{"inputs":{"width":64,"height":64}}';
      const json = {'Content-Type': 'application/json'};
      const own = {'X-Gateway-Console': '1'};
      const loaded = (tag, path) => new Promise((done) => {
        const element = document.createElement(tag);
        element.onload = element.onloadedmetadata = () => (seen.push(tag + path), done());
        element.onerror = done;
        element.src = 'TARGET' + path;
        document.body.append(element);
      });
      const told = () => new Promise((done) => {
        const events = new EventSource('TARGET/events', {withCredentials: true});
        events.onopen = () => (seen.push('events'), done());
        events.onerror = () => (events.close(), done());
      });
      addEventListener('load', async () => {
        const sent = [...document.forms].map((form) => new Promise((done) => {
          document.getElementsByName(form.target)[0].onload = done;
          form.submit();
        }));
        await send('/webhook/smoke', {method: 'POST', mode: 'no-cors', body});
        await send('/webhook/smoke', {method: 'POST', mode: 'no-cors', body: new FormData(document.forms[1])});
        await send('/webhook/smoke', {method: 'POST', body, headers: json});
        await send('/jobs/OWN/retry', {method: 'POST', body: '{}', headers: {...json, ...own}});
        await send('/jobs/OWN', {method: 'DELETE', headers: own});
        await send('/session', {method: 'DELETE', headers: own});
        await send('/session', {method: 'POST', mode: 'no-cors', body: '{"key":"x"}'});
        await send('/jobs');
        await send('/jobs', {headers: own});
        await send('/jobs', {mode: 'no-cors'});
        await loaded('img', '/jobs/OWN/outputs/0');
        await loaded('script', '/console/app.js');
        await loaded('script', '/jobs');
        await told();
        await Promise.all(sent);
        document.title = ['done', ...seen].join(' ');
      });
      </script>
      """;

  private TestGateway gateway;

  @BeforeAll
  void start(TestGateway shared) {
    gateway = shared;
  }

  private String at(String host) {
    return "http://" + host + ":" + URI.create(gateway.url()).getPort();
  }

  private Page signedIn(String host, String key) {
    Page page = BROWSER.visit(at(host) + "/");
    signIn(page, key);
    assertThat(field(page)).hasCount(0);
    return page;
  }

  private static Locator field(Page page) {
    return page.locator("input[type=password]");
  }

  private static void signIn(Page page, String key) {
    field(page).fill(key);
    field(page).press("Enter");
  }

  /** What the gateway answers to the page, without the page. */
  private Answer ask(Page page, String path) {
    return gateway.getWith(path, "", "Cookie", cookies(page), "X-Gateway-Console", "1");
  }

  private static String cookies(Page page) {
    return page.context().cookies().stream()
        .map(cookie -> cookie.name + "=" + cookie.value)
        .collect(Collectors.joining("; "));
  }

  private String key(String name, String scope) {
    Answer made =
        gateway.postWith(
            "/keys",
            TestGateway.ADMIN_KEY,
            "{\"name\":\"console-%s\",\"scopes\":[\"%s\"]}".formatted(name, scope));
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return made.json().path("secret").asText();
  }

  @Test
  void a_wrong_key_is_refused_and_a_right_one_signs_in() {
    Page page = BROWSER.visit(at("127.0.0.1") + "/");
    ConsoleBrowser.assertAccessible(page);

    signIn(page, "wrong-0123456789");
    assertThat(page.getByRole(AriaRole.ALERT).first()).isVisible();
    assertThat(ask(page, "/session").status()).isEqualTo(401);
    signIn(page, gateway.key());

    assertThat(field(page)).hasCount(0);
    assertThat(ask(page, "/session").text())
        .contains("\"name\":\"ConsoleSignInTest\"", "\"signed_in_by\":\"session\"");
  }

  @Test
  void the_cookie_is_out_of_the_reach_of_scripts() {
    Page page = signedIn("127.0.0.1", gateway.key());

    List<Cookie> cookies = page.context().cookies();

    assertThat(cookies).hasSize(1);
    assertThat(cookies.get(0).name).isEqualTo("gateway-session");
    assertThat(cookies.get(0).httpOnly).isTrue();
    assertThat(cookies.get(0).sameSite).isEqualTo(SameSiteAttribute.STRICT);
    assertThat(cookies.get(0).path).isEqualTo("/");
  }

  @Test
  void on_plain_HTTP_of_another_machine_signing_in_works_too() {
    Page page = signedIn(ConsoleBrowser.LAN, gateway.key());

    page.reload();

    assertThat(page.locator("gateway-app")).not().isEmpty();
    assertThat(field(page)).hasCount(0);
    assertThat(ask(page, "/session").status()).isEqualTo(200);
  }

  @Test
  void whoever_is_signed_in_when_the_key_is_revoked_is_signed_out() {
    Page page = signedIn("127.0.0.1", key("revoked", "run"));

    gateway.send(gateway.request("/keys/console-revoked", TestGateway.ADMIN_KEY).DELETE());
    page.reload();

    assertThat(field(page)).isVisible();
    assertThat(ask(page, "/session").status()).isEqualTo(401);
  }

  @Test
  void two_callers_see_nothing_of_each_other() {
    String secret = "only-alice-knows";
    Page alice = signedIn("127.0.0.1", key("alice", "run"));
    Page bob = signedIn("127.0.0.1", key("bob", "run"));
    String id =
        gateway
            .postWith(
                "/webhook/smoke",
                "",
                "{\"inputs\":{\"width\":64,\"height\":64},\"metadata\":{\"a\":\"%s\"}}"
                    .formatted(secret),
                "Cookie",
                cookies(alice),
                "Origin",
                gateway.url())
            .id();

    assertThat(ask(alice, "/jobs").text()).contains(id, secret);
    assertThat(ask(bob, "/jobs/" + id).status()).isEqualTo(404);
    assertThat(ask(bob, "/jobs").text()).doesNotContain(id, secret);
    assertThat(ask(bob, "/keys").status()).isEqualTo(403);
    assertThat(ask(bob, "/sessions").status()).isEqualTo(403);
  }

  @Test
  void a_page_of_another_port_of_this_machine_can_do_nothing() throws IOException {
    foreignPageAt("127.0.0.1", "trusted");
  }

  @Test
  void nor_can_one_on_plain_HTTP_of_another_machine() throws IOException {
    foreignPageAt(ConsoleBrowser.LAN, "lan");
  }

  // Cookies do not know ports, so the browser sends them along.
  private void foreignPageAt(String host, String name) throws IOException {
    String key = key(name, "run");
    Page console = signedIn(host, key);
    String own = gateway.postWith("/webhook/smoke?respond=result", key, "{}").id();
    List<String> cookies = new CopyOnWriteArrayList<>();
    HttpServer evil =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    evil.createContext(
        "/",
        exchange -> {
          cookies.add(exchange.getRequestHeaders().getFirst("Cookie"));
          byte[] html =
              EVIL.replace("TARGET", at(host)).replace("OWN", own).getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, html.length);
          exchange.getResponseBody().write(html);
          exchange.close();
        });
    evil.start();
    try {
      Page page = BROWSER.tab(console, "http://" + host + ":" + evil.getAddress().getPort() + "/");
      assertThat(page).hasTitle("done");

      assertThat(cookies.get(0)).contains("gateway-session=");
      assertThat(ask(console, "/session").status()).isEqualTo(200);
      assertThat(ask(console, "/jobs").json().path("jobs")).hasSize(1);
      assertThat(page.frame("frame").url()).startsWith("chrome-error:");
    } finally {
      evil.stop(0);
      BROWSER.forgive();
    }
  }

  @Test
  void without_signing_in_the_page_says_nothing_of_the_gateway() {
    Answer page = gateway.getWith("/", "");

    assertThat(page.status()).isEqualTo(200);
    assertThat(page.header("X-Frame-Options")).isEqualTo("DENY");
    assertThat(page.header("Content-Security-Policy")).contains("frame-ancestors 'none'");
    assertThat(page.header("Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
    assertThat(page.header("Set-Cookie")).isEmpty();
    assertThat(page.text()).doesNotContain("0.2.0", "127.0.0.1", "smoke");
  }
}

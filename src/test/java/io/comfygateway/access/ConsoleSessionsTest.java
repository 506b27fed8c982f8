package io.comfygateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.job.StoreTest;
import io.comfygateway.problem.Problem;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Browsers that sign in with a key, and how long they stay signed in. */
class ConsoleSessionsTest extends StoreTest {
  private static final InetAddress HOME = TestRequests.address("203.0.113.7");
  private static final Set<Scope> RUN = Set.of(Scope.RUN);
  private static final int FAILURES = 3;

  private final MasterKey master = new MasterKey(MasterKey.randomBytes());
  private final SessionCookie cookie = new SessionCookie(false, Optional.empty());
  private final PageOrigin origin = new PageOrigin(Optional.empty(), false);
  private ApiKeys keys;
  private ConsoleSessions sessions;
  private AccessControl control;
  private ConsoleSignIn signIn;
  private CredentialCheck check;
  private StreamTickets tickets;

  @BeforeEach
  void open() {
    open("setting:setting-secret-0123");
  }

  private void open(String setting) {
    keys = new ApiKeys(setting, List.of(), false, clock);
    sessions =
        new ConsoleSessions(
            database.jdbc(),
            keys,
            master,
            new ConsoleSessions.Limits(Duration.ofHours(12), Duration.ofHours(1)),
            clock);
    RequestCredentials credentials = new RequestCredentials("X-API-Key");
    TrustedProxies proxies = new TrustedProxies("");
    control =
        new AccessControl(
            List.of(
                new SessionAuthenticator(sessions, cookie, origin, credentials, keys),
                new KeyAuthenticator(credentials, keys, Optional.empty(), clock)),
            credentials,
            proxies,
            new InMemoryRateLimits(clock),
            FAILURES,
            clock);
    signIn = new ConsoleSignIn(control, keys, sessions, cookie, origin, clock);
    check = new CredentialCheck(keys, sessions, clock);
    tickets = new StreamTickets(database.jdbc(), keys, check, master, clock);
  }

  private String stored(String name, KeyRestrictions restrictions) {
    GeneratedKey key = ApiKeys.generate(name, RUN, restrictions);
    List<KeyRecord> all = new ArrayList<>(keys.stored());
    all.add(key.record());
    keys.exchange(all);
    return key.secret();
  }

  private String stored(String name) {
    return stored(name, KeyRestrictions.NONE);
  }

  private static RequestInfo request(String method, String path, String... headers) {
    Map<String, List<String>> all = new HashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], List.of(headers[i + 1]));
    }
    return new RequestInfo(method, path, all, HOME);
  }

  private static RequestInfo page(String cookies) {
    return request("GET", "/jobs", "Cookie", cookies, "Sec-Fetch-Site", "same-origin");
  }

  /** Signs in, and returns the cookie as the browser sends it. */
  private String cookie(String secret) {
    String set =
        signIn.signIn(request("POST", "/session", "Sec-Fetch-Site", "same-origin"), secret);
    return set.substring(0, set.indexOf(';'));
  }

  private String caller(String cookies) {
    return control.admit(page(cookies), RUN).name();
  }

  private Problem refused(RequestInfo request) {
    return catchThrowableOfType(Problem.class, () -> control.admit(request, RUN));
  }

  private Problem refusedSignIn(String secret) {
    return catchThrowableOfType(
        Problem.class, () -> signIn.signIn(request("POST", "/session"), secret));
  }

  @Test
  void a_browser_has_the_rights_of_its_key_as_they_are_now() {
    String secret = stored("alice");
    String browser = cookie(secret);

    Caller before = control.admit(page(browser), RUN);
    KeyRecord wider =
        new KeyRecord(
            "alice",
            keys.stored().get(0).secret(),
            Optional.empty(),
            Set.of(Scope.ADMIN),
            KeyRestrictions.NONE,
            KeyRecord.Signing.GATEWAYS_OWN,
            keys.stored().get(0).life());
    keys.exchange(List.of(wider));

    assertThat(before.scopes()).isEqualTo(RUN);
    assertThat(control.admit(page(browser), RUN).scopes()).containsExactly(Scope.ADMIN);
    assertThat(control.scheme(page(browser))).contains("session");
  }

  @Test
  void it_ends_when_the_key_is_revoked() {
    String browser = cookie(stored("alice"));

    keys.exchange(List.of());

    assertThat(refused(page(browser)).status()).isEqualTo(401);
    assertThat(refused(page(browser)).getMessage()).contains("session has ended");
    assertThat(sessions.all()).isEmpty();
  }

  @Test
  void it_ends_when_the_key_is_rotated_and_the_former_secret_signs_nobody_in() {
    String former = stored("alice");
    String browser = cookie(former);
    KeyRecord old = keys.stored().get(0);

    keys.exchange(
        List.of(
            new KeyRecord(
                "alice",
                SecretHash.of("another-secret-0123456789", new SecureRandom()),
                Optional.of(new Overlap<>(old.secret(), clock.instant().plusSeconds(3600))),
                RUN,
                KeyRestrictions.NONE,
                KeyRecord.Signing.GATEWAYS_OWN,
                old.life())));

    assertThat(refused(page(browser)).status()).isEqualTo(401);
    assertThat(refusedSignIn(former).getMessage()).contains("rotated");
    assertThat(caller(cookie("another-secret-0123456789"))).isEqualTo("alice");
  }

  @Test
  void it_ends_when_the_key_expires() {
    KeyRestrictions soon =
        new KeyRestrictions(
            List.of(),
            List.of(),
            Optional.of(clock.instant().plusSeconds(60)),
            KeyRestrictions.Rates.UNLIMITED);
    String browser = cookie(stored("alice", soon));

    assertThat(caller(browser)).isEqualTo("alice");
    clock.advance(Duration.ofSeconds(60));

    assertThat(refused(page(browser)).status()).isEqualTo(401);
  }

  @Test
  void it_ends_after_its_life_and_when_it_is_idle() {
    String secret = stored("alice");
    String used = cookie(secret);
    String idle = cookie(secret);

    for (int i = 0; i < 23; i++) {
      clock.advance(Duration.ofMinutes(30));
      assertThat(caller(used)).isEqualTo("alice");
    }

    assertThat(refused(page(idle)).status()).isEqualTo(401);
    clock.advance(Duration.ofMinutes(30));
    assertThat(refused(page(used)).status()).isEqualTo(401);
  }

  @Test
  void a_stream_alone_keeps_no_session_alive() {
    String browser = cookie(stored("alice"));
    RequestInfo stream =
        request("GET", "/events", "Cookie", browser, "Sec-Fetch-Site", "same-origin");

    clock.advance(Duration.ofMinutes(40));
    assertThat(control.admit(stream, RUN).name()).isEqualTo("alice");
    clock.advance(Duration.ofMinutes(40));

    assertThat(refused(stream).status()).isEqualTo(401);
  }

  @Test
  void it_ends_when_its_browser_signs_out_and_no_other_does() {
    String secret = stored("alice");
    String one = cookie(secret);
    String other = cookie(secret);

    String removed =
        signIn.signOut(
            request(
                "DELETE",
                "/session",
                "Cookie",
                one,
                "Sec-Fetch-Site",
                "same-origin",
                "X-Gateway-Console",
                "1"));

    assertThat(removed).contains("Max-Age=0");
    assertThat(refused(page(one)).status()).isEqualTo(401);
    assertThat(caller(other)).isEqualTo("alice");
    assertThat(sessions.end(sessions.all().get(0).id())).isTrue();
    assertThat(refused(page(other)).status()).isEqualTo(401);
  }

  @Test
  void a_page_of_another_origin_has_no_use_of_it() {
    String browser = cookie(stored("alice"));

    assertThat(
            refused(request("GET", "/jobs", "Cookie", browser, "Sec-Fetch-Site", "cross-site"))
                .status())
        .isEqualTo(403);
    assertThat(
            control.isKnown(
                request("POST", "/jobs", "Cookie", browser, "Origin", "http://evil.example")))
        .isFalse();
  }

  @Test
  void a_key_in_a_header_wins() {
    String browser = cookie(stored("alice"));
    String bob = stored("bob");

    RequestInfo both =
        request(
            "GET", "/jobs", "Cookie", browser, "Sec-Fetch-Site", "same-origin", "X-API-Key", bob);

    assertThat(control.admit(both, RUN).name()).isEqualTo("bob");
  }

  @Test
  void a_login_of_a_proxy_in_front_does_not_hide_the_session_and_still_counts_without_one() {
    String browser = cookie(stored("alice"));
    String login = "Basic " + Base64.getEncoder().encodeToString("me:proxy-password".getBytes());

    RequestInfo behind =
        request(
            "GET",
            "/jobs",
            "Cookie",
            browser,
            "Sec-Fetch-Site",
            "same-origin",
            "Authorization",
            login);
    assertThat(control.admit(behind, RUN).name()).isEqualTo("alice");

    RequestInfo guess =
        request("GET", "/jobs", "Cookie", "gateway-session=x", "Authorization", login);
    IntStream.range(0, FAILURES).forEach(i -> assertThat(refused(guess).status()).isEqualTo(401));
    assertThat(refused(guess).status()).isEqualTo(429);
  }

  @Test
  void a_key_for_URLs_alone_has_nothing_to_see() {
    GeneratedKey key = ApiKeys.generate("url", Set.of(Scope.URL), KeyRestrictions.NONE);
    keys.exchange(List.of(key.record()));

    assertThat(refusedSignIn(key.secret()).status()).isEqualTo(403);
  }

  @Test
  void who_was_signed_out_already_can_sign_out_and_no_other_page_can() {
    String browser = cookie(stored("alice"));
    RequestInfo foreign =
        request("DELETE", "/session", "Cookie", browser, "Sec-Fetch-Site", "cross-site");
    assertThat(catchThrowableOfType(Problem.class, () -> signIn.signOut(foreign)).status())
        .isEqualTo(403);

    keys.exchange(List.of());
    String removed =
        signIn.signOut(
            request(
                "DELETE",
                "/session",
                "Cookie",
                browser,
                "Sec-Fetch-Site",
                "same-origin",
                "X-Gateway-Console",
                "1"));

    assertThat(removed).contains("Max-Age=0");
    assertThat(
            database.jdbc().sql("SELECT count(*) FROM console_session").query(Long.class).single())
        .isZero();
  }

  @Test
  void wrong_keys_count_as_they_do_in_a_header() {
    String secret = stored("alice");

    IntStream.range(0, FAILURES)
        .forEach(i -> assertThat(refusedSignIn("wrong").status()).isEqualTo(401));

    assertThat(refusedSignIn("wrong").status()).isEqualTo(429);
    assertThat(refusedSignIn(secret).status()).isEqualTo(429);
  }

  @Test
  void a_page_of_another_origin_signs_nobody_in() {
    String secret = stored("alice");

    Problem foreign =
        catchThrowableOfType(
            Problem.class,
            () ->
                signIn.signIn(request("POST", "/session", "Sec-Fetch-Site", "cross-site"), secret));

    assertThat(foreign.status()).isEqualTo(403);
    assertThat(sessions.all()).isEmpty();
  }

  @Test
  void a_key_of_the_settings_stays_signed_in_over_a_restart_until_its_secret_changes() {
    String browser = cookie("setting-secret-0123");

    open("setting:setting-secret-0123");
    assertThat(caller(browser)).isEqualTo("setting");

    open("setting:setting-secret-4567");
    assertThat(refused(page(browser)).status()).isEqualTo(401);
  }

  @Test
  void of_too_many_the_one_unused_for_longest_ends() {
    String secret = stored("alice");
    String first = cookie(secret);
    clock.advance(Duration.ofSeconds(1));
    String second = cookie(secret);
    clock.advance(Duration.ofSeconds(1));

    IntStream.range(0, 49).forEach(i -> cookie(secret));

    assertThat(sessions.all()).hasSize(50);
    assertThat(refused(page(first)).status()).isEqualTo(401);
    assertThat(caller(second)).isEqualTo("alice");
  }

  @Test
  void rows_of_sessions_that_have_ended_are_removed() {
    String secret = stored("alice");
    cookie(secret);
    clock.advance(Duration.ofHours(2));
    cookie(secret);

    assertThat(
            database.jdbc().sql("SELECT count(*) FROM console_session").query(Long.class).single())
        .isEqualTo(1);
  }

  @Test
  void the_database_has_no_token() {
    String browser = cookie(stored("alice"));
    String token = browser.substring(browser.indexOf('=') + 1);

    assertThat(database.jdbc().sql("SELECT * FROM console_session").query().listOfRows().toString())
        .doesNotContain(token);
  }

  private static KeyRecord rotated(KeyRecord key, GeneratedKey to, Instant until) {
    return new KeyRecord(
        key.name(),
        to.record().secret(),
        Optional.of(new Overlap<>(key.secret(), until)),
        key.scopes(),
        key.restrictions(),
        key.signing(),
        key.life());
  }

  private BooleanSupplier lasting(RequestInfo request) {
    Authenticator.Identity known = control.admitWithCredential(request, RUN);
    return check.lasting(known.caller(), known.credential());
  }

  private String ticket(RequestInfo maker) {
    Authenticator.Identity known = control.admitWithCredential(maker, RUN);
    return tickets.create(known.caller(), known.credential()).text();
  }

  private Authenticator.Identity used(String ticket) {
    return control.admitByTicket(request("GET", "/events"), tickets, ticket, RUN);
  }

  private BooleanSupplier opened(String ticket) {
    Authenticator.Identity known = used(ticket);
    return check.lasting(known.caller(), known.credential());
  }

  private void refusedTicket(String ticket) {
    assertThat(catchThrowableOfType(Problem.class, () -> used(ticket)).status()).isEqualTo(401);
  }

  @Test
  void what_a_former_secret_opened_lasts_until_that_is_over() {
    String secret = stored("alice");
    RequestInfo before = request("GET", "/events", "X-API-Key", secret);
    BooleanSupplier lasting = lasting(before);
    String ticket = ticket(before);
    GeneratedKey to = ApiKeys.generate("alice", RUN);
    keys.exchange(
        List.of(rotated(keys.stored().get(0), to, clock.instant().plus(Duration.ofSeconds(20)))));

    clock.advance(Duration.ofSeconds(19));
    assertThat(lasting.getAsBoolean()).isTrue();
    BooleanSupplier byTicket = opened(ticket);
    BooleanSupplier lastingAfter = lasting(request("GET", "/events", "X-API-Key", to.secret()));
    clock.advance(Duration.ofSeconds(2));
    assertThat(lasting.getAsBoolean()).isFalse();
    assertThat(byTicket.getAsBoolean()).isFalse();
    assertThat(lastingAfter.getAsBoolean()).isTrue();
    keys.exchange(List.of());
    clock.advance(Duration.ofSeconds(2));
    assertThat(lastingAfter.getAsBoolean()).isFalse();
  }

  @Test
  void a_ticket_and_its_stream_end_with_the_secret_that_made_it() {
    RequestInfo maker = request("POST", "/events/tickets", "X-API-Key", stored("alice"));
    BooleanSupplier stream = opened(ticket(maker));
    String unused = ticket(maker);

    keys.exchange(
        List.of(rotated(keys.stored().get(0), ApiKeys.generate("alice", RUN), clock.instant())));
    clock.advance(Duration.ofSeconds(2));

    assertThat(stream.getAsBoolean()).isFalse();
    refusedTicket(unused);
  }

  @Test
  void a_ticket_and_its_stream_end_with_the_session_that_made_it() {
    String secret = stored("alice");
    RequestInfo left = page(cookie(secret));
    RequestInfo stays = page(cookie(secret));
    BooleanSupplier stream = opened(ticket(left));
    BooleanSupplier other = opened(ticket(stays));
    String unused = ticket(left);

    assertThat(sessions.end(signIn.session(left).orElseThrow().id())).isTrue();
    clock.advance(Duration.ofSeconds(2));

    assertThat(stream.getAsBoolean()).isFalse();
    assertThat(other.getAsBoolean()).isTrue();
    refusedTicket(unused);
    assertThat(used(ticket(stays)).caller().name()).isEqualTo("alice");
  }

  @Test
  void a_ticket_has_the_rights_that_its_own_key_has_when_it_is_used() {
    open("shared:setting-secret-0123:run,shared:setting-secret-4567:run+read-all");
    String ticket = ticket(request("GET", "/events", "X-API-Key", "setting-secret-0123"));
    String wider = ticket(request("GET", "/events", "X-API-Key", "setting-secret-4567"));

    assertThat(used(ticket).caller().scopes()).containsExactly(Scope.RUN);
    assertThat(used(wider).caller().scopes()).containsExactlyInAnyOrder(Scope.RUN, Scope.READ_ALL);
    refusedTicket(ticket);
  }

  @Test
  void a_ticket_of_a_token_ends_with_the_token() {
    Caller bob = new Caller("jwt:bob", RUN);
    Credential token = new Credential.Foreign(Optional.of(clock.instant().plusSeconds(20)));
    BooleanSupplier direct = check.lasting(bob, token);
    String used = tickets.create(bob, token).text();
    String unused = tickets.create(bob, token).text();
    BooleanSupplier stream = opened(used);
    BooleanSupplier ofProxy = check.lasting(bob, Credential.Foreign.ENDLESS);

    clock.advance(Duration.ofSeconds(19));
    assertThat(stream.getAsBoolean()).isTrue();
    clock.advance(Duration.ofSeconds(2));

    assertThat(stream.getAsBoolean()).isFalse();
    assertThat(direct.getAsBoolean()).isFalse();
    assertThat(ofProxy.getAsBoolean()).isTrue();
    refusedTicket(unused);
  }

  @Test
  void a_ticket_of_a_caller_without_a_key_works_and_one_of_an_earlier_version_does_not() {
    Caller anyone = new Caller("none:anyone", RUN);
    assertThat(used(tickets.create(anyone, Credential.Foreign.ENDLESS).text()).caller())
        .isEqualTo(anyone);

    String ticket = ticket(request("GET", "/events", "X-API-Key", stored("alice")));
    database.jdbc().sql("UPDATE stream_ticket SET key_mark = NULL").update();

    refusedTicket(ticket);
  }

  @Test
  void the_database_has_neither_a_ticket_nor_the_secret_that_made_it() {
    String ticket = ticket(request("GET", "/events", "X-API-Key", "setting-secret-0123"));

    assertThat(database.jdbc().sql("SELECT * FROM stream_ticket").query().listOfRows().toString())
        .doesNotContain(ticket)
        .doesNotContain(SecretHash.ofSetting("setting", "setting-secret-0123").hash());
  }
}

package io.comfygateway.access;

import static io.comfygateway.access.TestRequests.from;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.SettableClock;
import io.comfygateway.egress.AddressRange;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.helpers.MessageFormatter;

/** Who is let in, how often, from where, and what is written down of it. */
class AccessControlTest {
  private static final Set<Scope> RUN = EnumSet.of(Scope.RUN);
  private static final int FAILURES = 5;
  private static final String HOME = "203.0.113.7";

  private final SettableClock clock = new SettableClock();
  private final ApiKeys keys = new ApiKeys("", List.of(), false, clock);
  private final List<String> audit = new ArrayList<>();
  private AccessControl accessControl;

  @BeforeEach
  void open() {
    accessControl = behind("");
  }

  private AccessControl behind(String trusted) {
    TrustedProxies proxies = new TrustedProxies(trusted);
    RequestCredentials credentials = new RequestCredentials("X-API-Key");
    return new AccessControl(
        List.of(
            new KeyAuthenticator(credentials, keys, Optional.empty(), clock),
            new ProxyAuthenticators.Forwarded(
                "X-Forwarded-User", RUN, proxies, new PageOrigin(Optional.empty(), false))),
        credentials,
        proxies,
        new InMemoryRateLimits(clock),
        new FailedAttempts(FAILURES, clock),
        new AuditLog(logger()));
  }

  private Logger logger() {
    return (Logger)
        Proxy.newProxyInstance(
            Logger.class.getClassLoader(),
            new Class<?>[] {Logger.class},
            (self, method, arguments) -> {
              Object[] values = (Object[]) arguments[1];
              audit.add(
                  method.getName()
                      + " "
                      + MessageFormatter.arrayFormat((String) arguments[0], values).getMessage());
              return null;
            });
  }

  private String key(String name, KeyRestrictions restrictions) {
    GeneratedKey key = ApiKeys.generate(name, RUN, restrictions);
    List<KeyRecord> all = new ArrayList<>(keys.stored());
    all.add(key.record());
    keys.exchange(all);
    return key.secret();
  }

  private String key(String name) {
    return key(name, KeyRestrictions.NONE);
  }

  private Problem refused(RequestInfo request) {
    return catchThrowableOfType(Problem.class, () -> accessControl.admit(request, RUN));
  }

  private Problem refused(String address, String key) {
    return refused(from(address, "X-API-Key", key));
  }

  private static KeyRestrictions rates(KeyRestrictions.Rates rates) {
    return new KeyRestrictions(List.of(), List.of(), Optional.empty(), rates);
  }

  @Test
  void an_address_that_tries_out_keys_is_slowed_and_learns_nothing_even_of_the_right_one() {
    String right = key("alice");
    for (int i = 0; i < FAILURES; i++) {
      assertThat(refused(HOME, "guess-" + i).type()).isEqualTo(ProblemType.UNAUTHENTICATED);
    }

    for (String guess : List.of("guess-again", right)) {
      Problem problem = refused(HOME, guess);
      assertThat(problem.type()).isEqualTo(ProblemType.TOO_MANY_REQUESTS);
      assertThat(problem.headers()).containsEntry("Retry-After", "12");
      assertThat(problem).hasMessageContaining("Too many wrong keys");
    }
    assertThat(accessControl.admit(from("203.0.113.8", "X-API-Key", right), RUN).name())
        .isEqualTo("alice");

    clock.advance(Duration.ofSeconds(12));
    assertThat(accessControl.admit(from(HOME, "X-API-Key", right), RUN).name()).isEqualTo("alice");
  }

  @Test
  void a_caller_who_was_there_before_is_not_shut_out_by_a_neighbour_who_guesses() {
    String right = key("alice");
    accessControl.admit(from(HOME, "X-API-Key", right), RUN);
    for (int i = 0; i < 3 * FAILURES; i++) {
      refused(HOME, "guess-" + i);
    }

    assertThat(accessControl.admit(from(HOME, "X-API-Key", right), RUN).name()).isEqualTo("alice");
  }

  @Test
  void the_64_bits_of_an_IPv6_subscriber_are_one_address() {
    for (int i = 0; i < FAILURES; i++) {
      refused("2001:db8::" + (i + 1), "guess");
    }

    assertThat(refused("2001:db8::ffff", "guess").type()).isEqualTo(ProblemType.TOO_MANY_REQUESTS);
    assertThat(refused("2001:db8:0:1::1", "guess").type()).isEqualTo(ProblemType.UNAUTHENTICATED);
  }

  @Test
  void a_request_without_a_key_is_no_guess() {
    for (int i = 0; i < 3 * FAILURES; i++) {
      assertThat(refused(from(HOME)).type()).isEqualTo(ProblemType.UNAUTHENTICATED);
    }
  }

  @Test
  void a_key_is_good_for_so_many_requests_and_jobs_a_minute() {
    String secret = key("alice", rates(new KeyRestrictions.Rates(3, 2, 0, 0)));
    RequestInfo request = from(HOME, "X-API-Key", secret);
    Caller caller = accessControl.admit(request, RUN);
    accessControl.admit(request, RUN);
    accessControl.admit(request, RUN);

    assertThat(refused(request).type()).isEqualTo(ProblemType.TOO_MANY_REQUESTS);
    assertThat(refused(request).headers()).containsEntry("Retry-After", "20");
    clock.advance(Duration.ofSeconds(20));
    accessControl.admit(request, RUN);

    accessControl.admitJobs(request, caller, 1);
    accessControl.admitJobs(request, caller, 1);
    Problem problem =
        catchThrowableOfType(Problem.class, () -> accessControl.admitJobs(request, caller, 1));
    assertThat(problem.headers()).containsEntry("Retry-After", "30");
    assertThat(problem).hasMessageContaining("2 jobs a minute");
  }

  @Test
  void a_key_is_good_for_its_networks_only() {
    String secret =
        key(
            "alice",
            new KeyRestrictions(
                List.of(),
                List.of(AddressRange.parse("10.0.0.0/8")),
                Optional.empty(),
                KeyRestrictions.Rates.UNLIMITED));

    assertThat(refused(HOME, secret).type()).isEqualTo(ProblemType.FORBIDDEN);
    assertThat(accessControl.admit(from("10.1.2.3", "X-API-Key", secret), RUN).name())
        .isEqualTo("alice");
    // Whoever is no proxy cannot say where he is.
    assertThat(refused(from(HOME, "X-API-Key", secret, "X-Forwarded-For", "10.1.2.3")).type())
        .isEqualTo(ProblemType.FORBIDDEN);
  }

  @Test
  void a_key_ends_when_its_time_is_over_and_when_it_is_revoked() {
    String secret =
        key(
            "alice",
            new KeyRestrictions(
                List.of(),
                List.of(),
                Optional.of(clock.instant().plusSeconds(60)),
                KeyRestrictions.Rates.UNLIMITED));
    clock.advance(Duration.ofSeconds(59));
    accessControl.admit(from(HOME, "X-API-Key", secret), RUN);
    assertThat(keys.isLive("alice")).isTrue();

    clock.advance(Duration.ofSeconds(1));
    assertThat(refused(HOME, secret)).hasMessageContaining("has expired");
    assertThat(keys.isLive("alice")).isFalse();
  }

  @Test
  void the_last_address_that_is_no_proxy_is_the_callers() {
    accessControl = behind("10.0.0.0/8, 192.168.1.1");

    for (String hops :
        List.of(
            HOME,
            "127.0.0.1, " + HOME,
            "10.9.9.9, " + HOME + ", 10.0.0.2",
            HOME + ":4711, 192.168.1.1",
            "nonsense, " + HOME)) {
      refused(from("10.0.0.1", "X-Forwarded-For", hops));
      assertThat(audit.get(audit.size() - 1)).as(hops).contains(" address=" + HOME + " ");
    }
    refused(from("10.0.0.1", "X-Forwarded-For", "[2001:db8::1]:4711"));
    assertThat(audit.get(audit.size() - 1)).contains("address=2001:db8:0:0:0:0:0:1");
    refused(from("10.0.0.1", "X-Forwarded-For", "unknown"));
    assertThat(audit.get(audit.size() - 1)).contains("address=10.0.0.1");
  }

  @Test
  void a_forwarded_user_is_believed_of_a_trusted_proxy_alone_and_is_nobodys_key() {
    accessControl = behind("10.0.0.1");
    key("alice");

    assertThat(accessControl.admit(from("10.0.0.1", "X-Forwarded-User", "alice"), RUN).name())
        .isEqualTo("proxy:alice");
    assertThat(refused(from("10.0.0.2", "X-Forwarded-User", "alice")).type())
        .isEqualTo(ProblemType.UNAUTHENTICATED);
    RequestInfo scopeless = from("10.0.0.1", "X-Forwarded-User", "alice");
    assertThat(
            catchThrowableOfType(
                    Problem.class, () -> accessControl.admit(scopeless, EnumSet.of(Scope.ADMIN)))
                .type())
        .isEqualTo(ProblemType.FORBIDDEN);
  }

  @Test
  void every_decision_is_one_line_of_the_audit_log_without_a_secret() {
    String secret = key("alice");
    accessControl.admit(from(HOME, "X-API-Key", secret), RUN);
    refused(HOME, "top-secret-guess");
    refused(from(HOME));
    RequestInfo forged =
        new RequestInfo(
            "GET", "/a\n\"decision=allowed\" caller=boss", from(HOME).headers(), from(HOME).peer());
    refused(forged);

    assertThat(audit)
        .containsExactly(
            "info decision=allowed caller=alice way=key address=" + HOME + " method=GET path=/jobs",
            "warn decision=refused reason=unknown-key status=401 caller=- address="
                + HOME
                + " method=GET path=/jobs",
            "warn decision=refused reason=no-key status=401 caller=- address="
                + HOME
                + " method=GET path=/jobs",
            "warn decision=refused reason=no-key status=401 caller=- address="
                + HOME
                + " method=GET path=/a??decision?allowed??caller?boss");
    assertThat(String.join("\n", audit)).doesNotContain(secret, "top-secret");
  }

  private static RequestInfo client(Optional<String> inUrl, String... headers) {
    RequestInfo plain = from(HOME, headers);
    return new RequestInfo(
        "GET",
        "/queue",
        plain.headers(),
        plain.peer(),
        Optional.of(new RequestInfo.ClientUrl(inUrl)));
  }

  @Test
  void a_client_is_let_in_by_one_valid_credential_whatever_else_it_sends() {
    GeneratedKey url = ApiKeys.generate("alice", EnumSet.of(Scope.RUN, Scope.URL));
    keys.exchange(List.of(url.record()));
    Optional<String> inUrl = Optional.of(url.secret());

    for (RequestInfo request :
        List.of(
            client(inUrl),
            client(inUrl, "Authorization", "Bearer "),
            client(inUrl, "Authorization", "Bearer wrong"),
            client(inUrl, "Authorization", "Basic dW5kZWZpbmVk", "X-API-Key", "wrong-too"),
            client(Optional.of("wrong"), "Authorization", "Bearer " + url.secret()))) {
      assertThat(accessControl.admitPoll(request, RUN).name()).isEqualTo("alice");
      assertThat(accessControl.isKnown(request)).isTrue();
    }
    assertThat(audit).isEmpty();
    assertThat(refused(client(Optional.of("wrong"))).type()).isEqualTo(ProblemType.UNAUTHENTICATED);
    assertThat(refused(client(Optional.of(""))).type()).isEqualTo(ProblemType.UNAUTHENTICATED);
    assertThat(client(inUrl).toString()).doesNotContain(url.secret());
  }

  @Test
  void a_key_in_a_URL_needs_the_scope_url_and_must_not_administer() {
    for (Set<Scope> scopes :
        List.of(
            EnumSet.of(Scope.RUN), EnumSet.of(Scope.ADMIN), EnumSet.of(Scope.ADMIN, Scope.URL))) {
      GeneratedKey key = ApiKeys.generate("alice", scopes);
      keys.exchange(List.of(key.record()));

      assertThat(refused(client(Optional.of(key.secret()))).type())
          .isEqualTo(ProblemType.FORBIDDEN);
    }
    assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> Scope.parse("url+admin")))
        .hasMessageContaining("url cannot be together with admin");
  }

  @Test
  void a_poll_counts_against_no_rate() {
    GeneratedKey limited =
        ApiKeys.generate(
            "alice",
            RUN,
            new KeyRestrictions(
                List.of(), List.of(), Optional.empty(), new KeyRestrictions.Rates(1, 0, 0, 0)));
    keys.exchange(List.of(limited.record()));
    RequestInfo request = client(Optional.empty(), "X-API-Key", limited.secret());

    for (int i = 0; i < 100; i++) {
      accessControl.admitPoll(request, RUN);
    }
    accessControl.admit(request, RUN);
    assertThat(refused(request).type()).isEqualTo(ProblemType.TOO_MANY_REQUESTS);
  }

  @Test
  void a_link_is_let_in_by_its_signature_as_long_as_the_key_of_its_job_lives() {
    RequestInfo request = from(HOME);
    accessControl.admitByLink(request, true, () -> Optional.of("alice"), owner -> true);

    for (int i = 0; i < FAILURES; i++) {
      assertThat(link(request, false, true).type()).isEqualTo(ProblemType.FORBIDDEN);
    }
    assertThat(link(request, false, true).type()).isEqualTo(ProblemType.TOO_MANY_REQUESTS);
    assertThat(link(request, true, false)).hasMessageContaining("revoked");
    accessControl.admitByLink(request, true, () -> Optional.of("alice"), owner -> true);
  }

  private Problem link(RequestInfo request, boolean signed, boolean live) {
    return catchThrowableOfType(
        Problem.class,
        () ->
            accessControl.admitByLink(request, signed, () -> Optional.of("alice"), owner -> live));
  }
}

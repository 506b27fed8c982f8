package io.comfygateway.access;

import io.comfygateway.egress.AddressRange;
import io.comfygateway.workflow.Wildcard;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Within which bounds a caller may use its scopes.
 *
 * @param workflows the workflows of the library that it may run, {@code *} standing for any
 *     characters; empty for all
 * @param networks where its requests must come from; empty for anywhere
 * @param expires from when on it may do nothing more
 * @param rates how much it may ask for
 */
public record KeyRestrictions(
    List<String> workflows, List<AddressRange> networks, Optional<Instant> expires, Rates rates) {

  /**
   * How much a caller may ask for; 0 is without a limit.
   *
   * @param jobsPerDay of UTC
   * @param jobsPerMonth of UTC
   */
  public record Rates(
      long requestsPerMinute, long jobsPerMinute, long jobsPerDay, long jobsPerMonth) {
    /** No limit at all. */
    public static final Rates UNLIMITED = new Rates(0, 0, 0, 0);
  }

  /** No bounds at all. */
  public static final KeyRestrictions NONE =
      new KeyRestrictions(List.of(), List.of(), Optional.empty(), Rates.UNLIMITED);

  public KeyRestrictions {
    workflows = List.copyOf(workflows);
    networks = List.copyOf(networks);
  }

  /**
   * Whether a workflow may be run.
   *
   * @param name with its version, or without
   */
  boolean allowWorkflow(String name) {
    int version = name.indexOf('@');
    String bare = version < 0 ? name : name.substring(0, version);
    return workflows.isEmpty()
        || workflows.stream().anyMatch(allowed -> new Wildcard(allowed).covers(bare));
  }

  boolean allowNetwork(InetAddress address) {
    return networks.isEmpty() || networks.stream().anyMatch(range -> range.contains(address));
  }

  boolean isOver(Instant now) {
    return expires.filter(end -> !now.isBefore(end)).isPresent();
  }
}

package io.comfygateway.access;

import io.comfygateway.config.Wildcard;
import io.comfygateway.egress.AddressRange;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Restrictions on the use of a key.
 *
 * @param workflows the workflows of the library that it may run; {@code *} matches any characters.
 *     Empty: all
 * @param networks the networks that its requests must come from. Empty: any
 * @param expires when it expires
 * @param rates how many requests and jobs it may make
 * @param previews whether its WebSockets get the pictures of prompts that still run
 * @param editorMetadata whether the outputs of its jobs carry the editor's file of their workflow
 */
public record KeyRestrictions(
    List<String> workflows,
    List<AddressRange> networks,
    Optional<Instant> expires,
    Rates rates,
    boolean previews,
    boolean editorMetadata) {

  /** Restrictions of a key that gets previews and the editor's metadata. */
  public KeyRestrictions(
      List<String> workflows, List<AddressRange> networks, Optional<Instant> expires, Rates rates) {
    this(workflows, networks, expires, rates, true, true);
  }

  /**
   * How many requests and jobs a key may make; 0 is no limit.
   *
   * @param jobsPerDay of UTC
   * @param jobsPerMonth of UTC
   */
  public record Rates(
      long requestsPerMinute, long jobsPerMinute, long jobsPerDay, long jobsPerMonth) {
    /** No limits. */
    public static final Rates UNLIMITED = new Rates(0, 0, 0, 0);
  }

  /** No restrictions. */
  public static final KeyRestrictions NONE =
      new KeyRestrictions(List.of(), List.of(), Optional.empty(), Rates.UNLIMITED);

  public KeyRestrictions {
    workflows = List.copyOf(workflows);
    networks = List.copyOf(networks);
  }

  /**
   * Whether the key may run a workflow.
   *
   * @param name with or without a version
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

  boolean haveExpired(Instant now) {
    return expires.filter(end -> !now.isBefore(end)).isPresent();
  }
}

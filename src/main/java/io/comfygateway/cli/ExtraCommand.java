package io.comfygateway.cli;

/**
 * A subcommand that is no part of the service, such as the demo. It is there where its jar is on
 * the class path ({@link java.util.ServiceLoader}).
 */
public interface ExtraCommand {}

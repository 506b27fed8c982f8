/**
 * The command line: {@code gateway} and its subcommands. The way in is {@link Gateway}. It may know
 * every package of the service.
 */
package io.comfygateway.cli;

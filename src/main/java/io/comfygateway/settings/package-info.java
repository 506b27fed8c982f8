/**
 * What an operator can set, read and checked. The way in is {@link Settings}. It knows the packages
 * whose rules a setting must fit.
 */
package io.comfygateway.settings;

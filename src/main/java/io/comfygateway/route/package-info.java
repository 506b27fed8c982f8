/** The route files: loaded, watched and exchanged while the gateway runs. */
package io.comfygateway.route;

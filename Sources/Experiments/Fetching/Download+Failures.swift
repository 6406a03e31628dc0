import Foundation
import FoundationNetworking

extension Download {
  /// Whether a status may be another one in a moment.
  static func isTemporary(_ status: Int) -> Bool { [408, 425, 429].contains(status) || status >= 500 }

  /// What a status that stays means.
  static func sentence(_ status: Int, _ url: URL) -> String {
    switch status {
    case 401, 403:
      "the server refuses the file (\(status)); get it in a browser, it may want an agreement first"
    case 404, 410:
      "the file is not there any more (\(status)); `limen data list` tells where the set comes from"
    case 407: "the proxy wants a name and a password (407); give them in https_proxy"
    default: "the server answered \(status)"
    }
  }

  /// The sentence of a failure that trying again cannot mend; nil for the others.
  static func permanent(_ code: URLError.Code?, _ url: URL) -> String? {
    switch code {
    case .badURL, .unsupportedURL: "this is no URL that can be fetched"
    case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
      .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid:
      "\(url.host ?? "the server") does not prove who it is; behind a proxy that reads along, its certificate "
        + "must be among the system's"
    default: nil
    }
  }

  /// The sentence of a failure that may pass.
  static func sentence(_ code: URLError.Code, _ url: URL) -> String? {
    let host = url.host ?? "the server"
    return switch code {
    case .cannotFindHost, .dnsLookupFailed:
      "\(host) is not found; is there a network, and does https_proxy name the proxy if one is needed?"
    case .cannotConnectToHost, .notConnectedToInternet:
      "\(host) cannot be reached; is there a network, and does https_proxy name the proxy if one is needed?"
    case .timedOut: "\(host) has sent nothing for too long"
    case .networkConnectionLost: "the connection to \(host) was lost"
    default: nil
    }
  }
}

import Archives

/// What a report does beyond being read: it changes between light and dark, copies a recipe, unfolds for printing.
///
/// Without it nothing is lost but these.
enum ReportScript {
  /// The program; a page allows this one and no other, by its hash.
  static let text = """
    "use strict";
    (() => {
      const root = document.documentElement;
      const theme = document.getElementById("theme");
      const kept = (value) => {
        try {
          if (value === undefined) return localStorage.getItem("limen-theme");
          localStorage.setItem("limen-theme", value);
        } catch { return null; }
      };
      const show = (value) => {
        root.dataset.theme = value;
        theme.setAttribute("aria-pressed", String(value === "dark"));
      };
      const prefersDark = matchMedia("(prefers-color-scheme: dark)");
      const current = () => root.dataset.theme ?? (prefersDark.matches ? "dark" : "light");
      const before = kept();
      if (before === "dark" || before === "light") show(before);
      theme.setAttribute("aria-pressed", String(current() === "dark"));
      theme.hidden = false;
      theme.addEventListener("click", () => {
        const value = current() === "dark" ? "light" : "dark";
        show(value);
        kept(value);
      });
      for (const button of document.querySelectorAll("button.copy")) {
        if (!navigator.clipboard) continue;
        button.hidden = false;
        button.addEventListener("click", async () => {
          try {
            await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
            button.textContent = "Copied";
          } catch {
            button.textContent = "Not allowed";
          }
          setTimeout(() => { button.textContent = "Copy"; }, 1500);
        });
      }
      // A link into something folded unfolds it.
      const unfold = () => {
        let element = document.getElementById(location.hash.slice(1));
        for (; element; element = element.parentElement) if (element.tagName === "DETAILS") element.open = true;
      };
      addEventListener("hashchange", unfold);
      unfold();
      let folded = [];
      addEventListener("beforeprint", () => {
        folded = [...document.querySelectorAll("details:not([open])")];
        for (const element of folded) element.open = true;
      });
      addEventListener("afterprint", () => { for (const element of folded) element.open = false; });
    })();
    """

  /// "sha256-…", as a policy of content names the program.
  static var hash: String {
    var digest = SHA256()
    digest.update(Array(text.utf8))
    let digits = Array(digest.hexDigest().utf8)
    let bytes = stride(from: 0, to: digits.count, by: 2).map { index in
      digits[index..<index + 2].reduce(UInt8(0)) { $0 << 4 | UInt8(hexadecimal: $1) }
    }
    return "sha256-" + Base64.text(of: bytes)
  }
}

extension UInt8 {
  /// The value of a lower-case hexadecimal digit.
  fileprivate init(hexadecimal digit: UInt8) {
    self = digit >= UInt8(ascii: "a") ? digit - UInt8(ascii: "a") + 10 : digit - UInt8(ascii: "0")
  }
}

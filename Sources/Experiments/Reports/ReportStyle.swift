import Plots

/// The style sheet of a report: colours of the plots' theme, light and dark, narrow screens, paper.
enum ReportStyle {
  /// The sheet.
  static var sheet: String {
    [colours, PlotTheme.styleSheet, plotThemes, frame, text, tables, parts, narrow, print].joined(
      separator: "\n")
  }

  private static let lightColours = """
    --paper: \(PlotTheme.ground); --wash: #f5f7f9; --ink: \(PlotTheme.ink); --soft: #57606a; \
    --line: \(PlotTheme.faint); --accent: \(PlotTheme.light[0]); --accent-rgb: 0 114 178; --wrong-rgb: 192 82 0; \
    --on-strong: #ffffff; --warn: #fff4dd; --warn-line: #b08a00; color-scheme: light;
    """

  private static let darkColours = """
    --paper: \(PlotTheme.darkGround); --wash: #1b1f26; --ink: \(PlotTheme.darkInk); --soft: #a3acb7; \
    --line: \(PlotTheme.darkFaint); --accent: \(PlotTheme.dark[0]); --accent-rgb: 86 169 232; --wrong-rgb: 255 140 66; \
    --on-strong: #0b0d10; --warn: #2c2615; --warn-line: #b08a00; color-scheme: dark;
    """

  private static let colours = """
    :root { \(lightColours) }
    @media screen and (prefers-color-scheme: dark) { :root { \(darkColours) } }
    @media screen {
      :root[data-theme="light"] { \(lightColours) }
      :root[data-theme="dark"] { \(darkColours) }
    }
    """

  /// A choice of the reader's is stronger than the preference of the screen.
  private static let plotThemes = """
    @media screen {
      :root[data-theme="light"] svg.plot { \(PlotTheme.lightProperties) }
      :root[data-theme="dark"] svg.plot { \(PlotTheme.darkProperties) }
    }
    svg.plot { max-width: 100%; height: auto; display: block; }
    """

  private static let frame = """
    * { box-sizing: border-box; }
    html { scroll-behavior: smooth; scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
    body { margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
    .page { display: grid; grid-template-columns: 15rem minmax(0, 1fr); max-width: 88rem; margin: 0 auto; }
    nav { position: sticky; top: 0; align-self: start; height: 100vh; overflow: auto; padding: 1.75rem 1.25rem;
      border-right: 1px solid var(--line); font-size: .875rem; }
    nav ul { list-style: none; margin: 0; padding: 0; }
    nav ul ul { margin: .15rem 0 .9rem; padding-left: .75rem; border-left: 2px solid var(--line); }
    nav a { display: block; padding: .18rem 0; color: var(--soft); text-decoration: none; overflow-wrap: anywhere; }
    nav > ul > li > a { color: var(--ink); font-weight: 600; }
    nav a:hover { color: var(--accent); text-decoration: underline; }
    .brand { margin: 0 0 .9rem; font-weight: 700; letter-spacing: .04em; }
    #theme { position: absolute; top: 1.6rem; right: 1.25rem; }
    main { padding: 2.25rem clamp(1rem, 3vw, 3rem) 4rem; min-width: 0; }
    .skip { position: absolute; left: -100rem; }
    .skip:focus { left: 1rem; top: 1rem; z-index: 1; padding: .5rem 1rem; background: var(--paper); }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    footer { margin-top: 3rem; color: var(--soft); font-size: .875rem; }
    button { font: inherit; font-size: .8125rem; color: var(--ink); background: var(--wash); cursor: pointer;
      border: 1px solid var(--line); border-radius: .4rem; padding: .1rem .6rem; }
    button:hover { border-color: var(--accent); }
    button[aria-pressed="true"] { border-color: var(--accent); color: var(--accent); }
    [hidden] { display: none !important; }
    """

  private static let text = """
    h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
    h1 { font-size: 2rem; letter-spacing: -.01em; }
    h2 { font-size: 1.4rem; }
    h3 { font-size: 1.1rem; }
    h4, h5, h6 { font-size: 1rem; }
    header h2 { font-size: 1.75rem; }
    .seeds { color: var(--soft); font-weight: 400; }
    .about { max-width: 62rem; margin: .5rem 0 0; color: var(--soft); overflow-wrap: anywhere; }
    #comparison + section.experiment, section.experiment + section.experiment { margin-top: 3.5rem; padding-top: 2.5rem; border-top: 3px solid var(--line); }
    section.part, #glossary, #comparison { margin-top: 2.75rem; }
    section.part > :first-child, #glossary > h2, #comparison > h2 { padding-bottom: .4rem; margin-bottom: 1rem;
      border-bottom: 1px solid var(--line); }
    a { color: var(--accent); }
    p { margin: .6rem 0; max-width: 62rem; }
    .note { color: var(--soft); font-size: .875rem; }
    .callout { background: var(--warn); border-left: 4px solid var(--warn-line); border-radius: 0 .4rem .4rem 0;
      padding: .6rem .9rem; overflow-wrap: anywhere; }
    code, pre { font: .8125rem/1.55 ui-monospace, "SFMono-Regular", Menlo, Consolas, "Liberation Mono", monospace; }
    pre { margin: 0; padding: 1rem 1.1rem; background: var(--wash); border: 1px solid var(--line); border-radius: .5rem;
      overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
    pre code { font-size: inherit; }
    .copied { position: relative; }
    .copied button { position: absolute; top: .6rem; right: .6rem; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.75rem, 1fr)); gap: .75rem;
      margin: 1.25rem 0 0; }
    .tiles > div { background: var(--wash); border: 1px solid var(--line); border-radius: .6rem; padding: .7rem .9rem; }
    .tiles dt { color: var(--soft); font-size: .8125rem; }
    .tiles dd { margin: .1rem 0 0; font-size: 1.125rem; font-weight: 600; font-variant-numeric: tabular-nums; }
    .tiles .deviation { font-size: .8125rem; font-weight: 400; color: var(--soft); white-space: nowrap; }
    .glossary, .figures { display: grid; grid-template-columns: minmax(9rem, max-content) minmax(0, 1fr);
      gap: .35rem 1.25rem; margin: 0; }
    .glossary dt, .figures dt { font-weight: 600; }
    .glossary dd, .figures dd { margin: 0; min-width: 0; }
    """

  private static let tables = """
    .scroll { overflow-x: auto; margin: 1rem 0; max-width: 100%; }
    table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
    caption { text-align: left; font-weight: 600; padding: 0 0 .4rem; }
    th, td { padding: .3rem .7rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
    thead th { color: var(--soft); font-weight: 600; border-bottom: 2px solid var(--line); vertical-align: bottom; }
    tbody th { text-align: left; font-weight: 400; }
    thead th:first-child { text-align: left; }
    th:first-child { padding-left: .2rem; }
    tbody tr:hover { background: var(--wash); }
    tr.mean > * { color: var(--soft); font-style: italic; }
    tr.total > * { font-weight: 700; border-top: 2px solid var(--line); }
    table.texts th, table.texts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
    table.texts thead { display: none; }
    table.texts tbody th { white-space: nowrap; color: var(--soft); }
    .matrix { border-collapse: separate; border-spacing: 2px; }
    .matrix th, .matrix td { border: 0; padding: .25rem .4rem; }
    .matrix td { text-align: center; min-width: 2.35rem; border-radius: .2rem; }
    .matrix tbody tr:hover { background: none; }
    .matrix .right { background: rgb(var(--accent-rgb) / calc(var(--share) * .9 + .04)); }
    .matrix .wrong { background: rgb(var(--wrong-rgb) / calc(var(--share) * 1.6 + .03)); }
    .matrix .right.strong { background: rgb(var(--accent-rgb)); }
    .matrix .wrong.strong { background: rgb(var(--wrong-rgb)); }
    .matrix .strong { color: var(--on-strong); font-weight: 600; }
    .matrix .zero { color: var(--soft); }
    .matrix .turned { height: 7.5rem; vertical-align: bottom; padding: .3rem 0; text-align: center; }
    .matrix .turned span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 7.5rem; overflow: hidden; }
    .bar { display: inline-block; min-width: 9rem; text-align: right; padding-right: .4rem; border-radius: .2rem;
      background: linear-gradient(to right, rgb(var(--accent-rgb) / .35) calc(var(--share) * 100%), transparent 0); }
    """

  private static let parts = """
    .plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(18.5rem, 100%), 1fr)); gap: 1rem; }
    .plots.small { grid-template-columns: repeat(auto-fill, minmax(min(14.5rem, 100%), 1fr)); }
    .plots svg { width: 100%; }
    .plots > .plot-frame, .beside > .plot-frame { width: auto; }
    .plot-frame { width: fit-content; margin: 0; padding: .4rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--paper);
      max-width: 100%; }
    .drawing { display: block; max-width: 100%; height: auto; }
    .beside { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; margin-top: 1rem; }
    .beside > .measured { flex: 1 1 34.5rem; min-width: 0; }
    .beside > .measured > .scroll { margin-top: 0; }
    .beside > .scroll { flex: 0 1 auto; margin-top: 0; }
    .beside > figure { flex: 1 1 20rem; max-width: 28rem; }
    .beside > figure svg { width: 100%; }
    details.score, details.run { border: 1px solid var(--line); border-radius: .6rem; margin: .75rem 0; }
    details.score > summary, details.run > summary { padding: .6rem .9rem; cursor: pointer; }
    details.score > :not(summary), details.run > :not(summary) { margin-left: .9rem; margin-right: .9rem; }
    details.score > :last-child, details.run > :last-child { margin-bottom: .9rem; }
    details[open].score > summary, details[open].run > summary { border-bottom: 1px solid var(--line); }
    summary h2, summary h3, summary h4, summary h5 { display: inline; }
    .gist { color: var(--soft); font-size: .875rem; font-weight: 400; margin-left: .75rem; }
    details.quiet > summary { cursor: pointer; color: var(--accent); margin: .75rem 0; width: fit-content; }
    .analysis { margin-bottom: 1.5rem; }
    .analysis > :first-child { margin-bottom: .5rem; }
    .gallery { margin: 1.25rem 0; }
    .gallery ul { list-style: none; padding: 0; margin: .5rem 0 0; display: grid; gap: .5rem;
      grid-template-columns: repeat(auto-fill, minmax(5.4rem, 1fr)); }
    .gallery li { padding: .35rem; border: 1px solid var(--line); border-radius: .5rem; font-size: .75rem;
      line-height: 1.3; text-align: center; min-width: 0; }
    .gallery img { display: block; width: 100%; height: auto; aspect-ratio: 1; object-fit: contain; margin: 0 auto .3rem; }
    .gallery img.pixels { image-rendering: pixelated; }
    .gallery li span { display: block; overflow-wrap: anywhere; }
    .gallery .value { font-variant-numeric: tabular-nums; }
    .gallery .answer { color: var(--soft); }
    .gallery .answer b { color: var(--ink); }
    """

  private static let narrow = """
    @media (max-width: 62rem) {
      .page { display: block; }
      nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); padding: 1rem; }
      #theme { top: .9rem; right: 1rem; }
      nav ul ul { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: 0; }
      nav a { padding: .3rem 0; }
      main { padding-top: 1.25rem; }
      h1 { font-size: 1.6rem; }
      .glossary, .figures { grid-template-columns: minmax(0, 1fr); gap: 0; }
      .glossary dd, .figures dd { margin-bottom: .6rem; }
      .gist { display: block; margin: .2rem 0 0; }
      caption { white-space: normal; }
      th, td { padding: .3rem .55rem; }
    }
    """

  private static let print = """
    @page { margin: 16mm 14mm; }
    @media print {
      body { font-size: 10pt; }
      .page { display: block; max-width: none; }
      nav, button, .skip { display: none !important; }
      main { padding: 0; }
      h1, h2, h3, h4, h5, h6, caption, summary { break-after: avoid; }
      figure, tr, .tiles, .gallery li, .callout { break-inside: avoid; }
      section.experiment + section.experiment, #glossary { break-before: page; }
      .scroll { overflow: visible; }
      .tiles { grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); }
      .tiles dd { font-size: 1rem; }
      table { font-size: 8.5pt; }
      th, td { padding: .15rem .45rem; }
      details::details-content { content-visibility: visible !important; height: auto !important; }
      pre { white-space: pre-wrap; }
      .matrix td, .bar, .tiles > div, .callout, pre { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      a { color: inherit; text-decoration: none; }
    }
    """
}

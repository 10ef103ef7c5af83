// Walks through pages in Chromium as a person does: steps as JSON on stdin, what was seen as JSON on stdout.
// NODE_PATH is where playwright-core is; no script of the pages runs, and requests to anywhere else are told.
const { readFileSync } = require("node:fs")
const { chromium } = require("playwright-core")

let where = ""

async function main() {
  const { origin, width, dark, axe, steps } = JSON.parse(readFileSync(0, "utf-8"))
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] })
  const context = await browser.newContext({
    viewport: { width, height: 900 }, colorScheme: dark ? "dark" : "light", javaScriptEnabled: Boolean(axe), bypassCSP: Boolean(axe),
  })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const seen = { elsewhere: [], complaints: [], pages: [], cookies: 0 }
  page.on("request", (request) => { if (!request.url().startsWith(origin)) seen.elsewhere.push(request.url()) })
  page.on("console", (message) => { if (message.type() === "error") seen.complaints.push(message.text()) })
  for (const { go, fill, check, click, shot } of steps) {
    if (go) await page.goto(origin + go)
    where = `${page.url()}: ${await page.title()}`
    for (const [name, value] of Object.entries(fill ?? {})) {
      const field = page.locator(`[name="${name}"]`)
      if (await field.evaluate((each) => each.tagName) === "SELECT") await field.selectOption(value)
      else await field.fill(value)
    }
    for (const name of check ?? []) await page.locator(`[name="${name}"]`).check()
    if (click) await page.locator("form button").first().click()
    if (shot) await page.screenshot({ path: shot, fullPage: true })
    const found = { url: page.url(), title: await page.title(), html: await page.content() }
    if (axe) {
      await page.evaluate(readFileSync(axe, "utf-8"))
      const violations = await page.evaluate("axe.run().then((r) => r.violations)")
      found.violations = violations.map((each) => [each.id, ...each.nodes.slice(0, 3).map((node) => node.html)])
      found.wide = await page.evaluate("document.documentElement.scrollWidth")
    }
    seen.pages.push(found)
  }
  seen.cookies = (await context.cookies()).length
  await browser.close()
  process.stdout.write(JSON.stringify(seen))
}

main().catch((error) => { process.stderr.write(`${where}\n${error.stack}\n`); process.exit(1) })

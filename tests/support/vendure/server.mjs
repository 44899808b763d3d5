// A plain Vendure server on loopback, as a French merchant's integrator might set it up. Started by vendure_server.py,
// which tells everything by environment variables and reads the port from the file SHOP_READY.
// It ends when its standard input closes, so that a test run that is killed leaves nothing behind.
import { appendFileSync, createReadStream, createWriteStream, renameSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile, access } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import core from '@vendure/core';

const {
  bootstrap, DefaultLogger, dummyPaymentHandler, JobQueueService, LanguageCode, LogLevel,
  manualFulfillmentHandler, RandomBytesApiKeyStrategy,
} = core;
const env = process.env;

// Vendure itself keeps no files; a merchant uses a plugin for this. Previews are the picture itself.
class FolderStorage {
  constructor(folder) { this.folder = folder; }
  path(name) { return join(this.folder, name); }
  async writeFileFromBuffer(name, data) {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), data);
    return name;
  }
  async writeFileFromStream(name, data) {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await pipeline(data, createWriteStream(this.path(name)));
    return name;
  }
  readFileToBuffer(name) { return readFile(this.path(name)); }
  async readFileToStream(name) { return createReadStream(this.path(name)); }
  deleteFile(name) { return rm(this.path(name), { force: true }); }
  fileExists(name) { return access(this.path(name)).then(() => true, () => false); }
  toAbsoluteUrl(request, name) { return `http://${request?.headers?.host ?? 'localhost'}/assets/${name}`; }
}

// Tests sign in hundreds of times. Vendure's own hash takes a quarter of a second, at each sign-in and, for API keys,
// at each request.
const quickHash = {
  hash: async text => createHash('sha256').update(text).digest('hex'),
  check: async (text, hash) => createHash('sha256').update(text).digest('hex') === hash,
};

// One line per GraphQL operation that reached the server: tests count writes with it.
const journal = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation, contextValue }) {
        appendFileSync(env.SHOP_JOURNAL, JSON.stringify({
          api: contextValue.req?.originalUrl?.startsWith('/admin-api') ? 'admin' : 'shop',
          operation: operation.operation,
          fields: operation.selectionSet.selections.map(s => s.name?.value),
        }) + '\n');
      },
    };
  },
};

const text = (name, fr, en) => ({
  name, type: 'string', nullable: true, public: true,
  label: [{ languageCode: LanguageCode.fr, value: fr }, { languageCode: LanguageCode.en, value: en }],
});

const number = (name, fr, en) => ({ ...text(name, fr, en), type: 'float' });

const app = await bootstrap({
  logger: new DefaultLogger({ level: LogLevel.Warn, timestamp: true }),
  apiOptions: {
    hostname: '127.0.0.1', port: 0, adminApiPath: 'admin-api', shopApiPath: 'shop-api',
    apolloServerPlugins: [journal],
  },
  authOptions: {
    tokenMethod: ['bearer', 'api-key'],
    requireVerification: false,
    passwordHashingStrategy: quickHash,
    adminApiKeyStrategy: new RandomBytesApiKeyStrategy({ hashingStrategy: quickHash }),
    superadminCredentials: { identifier: env.SHOP_USER, password: env.SHOP_PASSWORD },
  },
  dbConnectionOptions: {
    type: 'postgres', host: env.SHOP_DB_HOST, port: Number(env.SHOP_DB_PORT), username: 'postgres',
    database: env.SHOP_DB_NAME, synchronize: env.SHOP_SETUP === '1', logging: false,
  },
  defaultLanguageCode: LanguageCode.fr,
  // The Shop API says the very number that can be sold, so that tests see an oversell by one.
  catalogOptions: { stockDisplayStrategy: { getStockLevel: (_ctx, _variant, saleable) => String(saleable) } },
  assetOptions: {
    assetStorageStrategy: new FolderStorage(env.SHOP_ASSETS),
    assetPreviewStrategy: { generatePreviewImage: async (_ctx, _type, data) => data },
    permittedFileTypes: ['image/*'],
  },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  shippingOptions: { fulfillmentHandlers: [manualFulfillmentHandler] },
  // Vendure has no field for these: every integrator adds some of them under names of his own.
  customFields: {
    Product: [
      text('seoTitle', 'Titre SEO', 'SEO title'), text('seoDescription', 'Description SEO', 'SEO description'),
      text('summary', 'Résumé', 'Summary'), text('manual', 'Notice', 'Manual'), text('origin', 'Origine', 'Origin'),
    ],
    ProductVariant: [
      text('ean', 'Code-barres', 'Barcode'),
      text('mpn', 'Référence fabricant', 'Manufacturer reference'),
      number('weight', 'Poids (g)', 'Weight (g)'), number('length', 'Longueur (mm)', 'Length (mm)'),
      number('width', 'Largeur (mm)', 'Width (mm)'), number('height', 'Hauteur (mm)', 'Height (mm)'),
      text('packing', 'Conditionnement', 'Packing'),
    ],
    Customer: [
      text('siret', 'SIRET', 'SIRET'), text('vatNumber', 'N° de TVA', 'VAT number'),
      text('priceCategory', 'Catégorie tarifaire', 'Price category'), text('creditLimit', 'Encours autorisé', 'Credit limit'),
      number('discount', 'Remise', 'Discount'), { ...number('onAccount', 'En compte', 'On account'), type: 'boolean' },
      { ...number('birthday', 'Naissance', 'Birthday'), type: 'datetime' },
      { ...number('newsletter', 'Lettre', 'Newsletter'), type: 'boolean' }, text('job', 'Métier', 'Job'),
    ],
  },
});
// Collections are filled by a job; a real installation runs this in a worker process of its own.
await app.get(JobQueueService).start();

process.stdin.resume();
process.stdin.on('end', () => {
  if (env.SHOP_DB_PID) { try { process.kill(Number(env.SHOP_DB_PID), 'SIGINT'); } catch { /* it has gone already */ } }
  process.exit(0);
});
// Written beside and renamed: whoever waits for the file finds it whole.
writeFileSync(`${env.SHOP_READY}.partial`, JSON.stringify({ port: app.getHttpServer().address().port }));
renameSync(`${env.SHOP_READY}.partial`, env.SHOP_READY);
